using System.Text.Json.Serialization;
using Headrace.Handlers;
using Headrace.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headrace;

/// <summary>Says what an application needs of one cluster. Made by <c>AddHeadrace</c>; calling that again goes on with the same cluster.</summary>
public sealed class HeadraceBuilder
{
    private readonly ClusterRegistration _registration;

    internal HeadraceBuilder(IServiceCollection services, ClusterRegistration registration) => (Services, _registration) = (services, registration);

    /// <summary>The cluster's name; also that of its configuration section and connection string.</summary>
    public string Cluster => _registration.Name;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds <see cref="ITopicProducer{TMessage}"/> for a topic. A second topic for the type is injected by its name,
    /// <c>[FromKeyedServices("orders-eu")]</c>, and the first then too: injecting such a type without a name is a fault at startup.
    /// </summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="key">The key of a message: records of one key keep their order within the topic. <see cref="RecordKey.None"/> says that there is none.</param>
    /// <param name="configure">Says more of the producer.</param>
    public HeadraceBuilder AddProducer<TMessage>(string topic, Func<TMessage, RecordKey> key, Action<ProducerBuilder>? configure = null)
    {
        var cluster = Cluster;
        var producer = new ProducerBuilder();
        configure?.Invoke(producer);
        _registration.Producers.Add(new(typeof(TMessage), typeof(ITopicProducer<TMessage>), topic, producer.Format));
        Services.TryAddKeyedSingleton<ITopicProducer<TMessage>>(
            topic, (services, _) => services.GetRequiredKeyedService<KafkaCluster>(cluster).ProducerOf(topic, key, producer.Format));
        Services.TryAddSingleton(OnlyProducerOf<TMessage>);
        return this;
    }

    /// <summary>Describes a topic, for its creation where <see cref="MissingTopics.Create"/> holds; the section <c>Topics:&lt;name&gt;</c> wins.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="partitions">How many partitions.</param>
    /// <param name="configure">More of it.</param>
    public HeadraceBuilder AddTopic(string name, int partitions, Action<TopicOptions>? configure = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        var topic = _registration.Options.Topics[name] = new() { Partitions = partitions };
        configure?.Invoke(topic);
        return this;
    }

    /// <summary>Sets in code what configuration may override.</summary>
    public HeadraceBuilder Configure(Action<ClusterOptions> configure)
    {
        configure(_registration.Options);
        return this;
    }

    /// <summary>Maps groups when the application starts, as <c>app.MapConsumerGroup</c> does; for tests and packages.</summary>
    public HeadraceBuilder Map(Action<HeadraceTopology> map)
    {
        _registration.Maps.Add(map);
        return this;
    }

    /// <summary>
    /// Gives the cluster's clients their tokens, for <c>sasl.mechanism</c> <c>OAUTHBEARER</c>: asked by each when it starts and before its token expires, from several
    /// threads. Keep a token that is still good for long, if getting one is dear. When it throws, readiness and status say why, and it is asked again after 10 s. Where the
    /// settings ask for no token, or <c>sasl.oauthbearer.method</c> is <c>oidc</c>, it is not called.
    /// </summary>
    public HeadraceBuilder UseOAuthBearer(Func<IServiceProvider, CancellationToken, ValueTask<OAuthBearerToken>> getToken)
    {
        ArgumentNullException.ThrowIfNull(getToken);
        return OnClientEvents(services => new() { GetToken = cancellation => getToken(services, cancellation) });
    }

    /// <summary>
    /// Adds a step around everything that producers and handlers of this application produce to the cluster, before a message's bytes are written. Steps run in the order they
    /// are added, those of <see cref="UseRaw(ProduceFilter)"/> after all of these. Dead letters have none.
    /// </summary>
    public HeadraceBuilder Use(ProduceFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _registration.ProduceFilters.Add(_ => filter);
        return this;
    }

    /// <summary>Adds such a step as a class: the one that is registered, which must be a singleton, or one that is made when the application starts.</summary>
    public HeadraceBuilder Use<TFilter>()
        where TFilter : class, IProduceFilter
    {
        _registration.ProduceFilters.Add<TFilter>(static filter => filter.ProduceAsync);
        return this;
    }

    /// <summary>Adds a step around everything that is produced, when its bytes are written: it sees them and may replace them.</summary>
    public HeadraceBuilder UseRaw(ProduceFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _registration.RawProduceFilters.Add(_ => filter);
        return this;
    }

    /// <summary>Adds such a step as an object: for example a <see cref="CompressionFilter"/>.</summary>
    public HeadraceBuilder UseRaw(IProduceFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _registration.RawProduceFilters.Add(_ => filter.ProduceAsync);
        return this;
    }

    /// <summary>Adds such a step as a class, as <see cref="Use{TFilter}"/> does.</summary>
    public HeadraceBuilder UseRaw<TFilter>()
        where TFilter : class, IProduceFilter
    {
        _registration.RawProduceFilters.Add<TFilter>(static filter => filter.ProduceAsync);
        return this;
    }

    /// <summary>
    /// Holds back every message that is produced for as long as a function says: zero lets it pass. It is asked once in a while, about whatever it looks at; see
    /// <c>load.LagOfAsync(group, topics)</c>. When it throws, what it said last holds.
    /// </summary>
    /// <param name="delay">How long.</param>
    /// <param name="every">How often it is asked. Default: every second.</param>
    public HeadraceBuilder WithThrottle(Func<ThrottleLoad, ValueTask<TimeSpan>> delay, TimeSpan? every = null)
    {
        ArgumentNullException.ThrowIfNull(delay);
        var interval = every ?? TimeSpan.FromSeconds(1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero, nameof(every));
        _registration.ProduceFilters.Add(services =>
        {
            var throttle = new Throttle(delay, interval, services);
            return async (context, next) =>
            {
                await throttle.WaitAsync(context.Cancellation);
                return await next(context);
            };
        });
        return this;
    }

    /// <summary>Hears what the cluster's clients say of themselves: statistics, errors. May be said several times: all of them hear, the last that gives tokens gives them.</summary>
    public HeadraceBuilder OnClientEvents(Func<IServiceProvider, ClientEvents> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _registration.ClientEvents.Add(create);
        return this;
    }

    /// <summary>Reads and writes messages as JSON by generated code. A message type that the context was not told of is a fault at startup.</summary>
    public HeadraceBuilder UseJson(JsonSerializerContext context) => UseFormat(new JsonFormat(context));

    /// <summary>Reads and writes messages in another format. Default: JSON by System.Text.Json with its web defaults.</summary>
    public HeadraceBuilder UseFormat(IMessageFormat format)
    {
        _registration.Format = format;
        return this;
    }

    private static ITopicProducer<TMessage> OnlyProducerOf<TMessage>(IServiceProvider services) =>
        services.GetRequiredService<HeadraceRegistrations>().TopicsOf(typeof(TMessage)) is [var topic]
            ? services.GetRequiredKeyedService<ITopicProducer<TMessage>>(topic)
            : throw new InvalidOperationException(ProducerFaults.Unnamed(typeof(TMessage), services.GetRequiredService<HeadraceRegistrations>()));
}
