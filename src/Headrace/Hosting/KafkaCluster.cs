using Headrace.Filters;
using Headrace.Failures;
using Headrace.Producing;
using Headrace.Redriving;
using Headrace.Topology;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>What an application has of one cluster while it runs: settings, producers, groups. Validated once, when the host starts.</summary>
internal sealed class KafkaCluster : IAsyncDisposable
{
    // The largest that the client library can be told: a dead letter is larger than its record.
    private const string LargestRecord = "1000000000";

    // A record that was compressed at its origin may be far larger than its topic takes; so is its copy.
    private const string Codec = "zstd";

    private readonly ClusterRegistration _registration;
    private readonly IServiceProvider _services;
    private readonly Lazy<ClusterSettings> _settings;
    private readonly Lazy<ClientEvents> _events;
    private readonly Lazy<RecordProducer> _deadLetters;
    private readonly Lazy<ClusterAdmin> _admin;
    private readonly List<string> _settingsFaults = [];

    public KafkaCluster(ClusterRegistration registration, HeadraceTopology topology, IServiceProvider services)
    {
        (_registration, Topology, _services) = (registration, topology, services);
        Topology.Format = registration.Format ?? Topology.Format;
        Loggers = services.GetRequiredService<ILoggerFactory>();
        Time = services.GetRequiredService<TimeProvider>();
        _settings = new(ReadSettings);
        _events = new(ListenToClients);
        Producer = new(() => new(Settings.Producer, Loggers, Events), CompileSteps, Loggers.CreateLogger(HostingLog.Producing));
        var large = new Dictionary<string, string> { ["message.max.bytes"] = LargestRecord, ["compression.type"] = Codec };
        _deadLetters = new(() => new(ClientLayers.Merge(new Dictionary<string, string>(Settings.Producer), large), Loggers, Events));
        _admin = new(() => new(Settings.Admin, Loggers, Events));
        Letters = new(() => Settings.Admin, () => Settings.Producer, Loggers, Time);
        Loop = new(this);
        Watch = new(this, () => Notifiers(services));
    }

    public string Name => _registration.Name;

    /// <summary>Called when a group's number of workers has changed.</summary>
    public Action WorkersChanged => () => _services.GetService<ThreadPoolMinimum>()?.Follow();

    public HeadraceTopology Topology { get; }

    public ILoggerFactory Loggers { get; }

    public TimeProvider Time { get; }

    public ClusterProducer Producer { get; }

    public ClusterLoop Loop { get; }

    public DeadLetters Letters { get; }

    public DeadLetterWatch Watch { get; }

    public IServiceProvider Services => _services;

    public ClusterSettings Settings => _settings.Value;

    public ClusterAdmin Admin => _admin.Value;

    /// <summary>What every client of the cluster asks for and tells.</summary>
    public ClientEvents Events => _events.Value;

    /// <summary>The groups that run here. Empty until the cluster is validated.</summary>
    public IReadOnlyList<RunningGroup> Groups { get; private set; } = [];

    /// <summary>Topics that producers of this application write to, the destinations of handlers included.</summary>
    public IReadOnlyList<string> ProducedTopics { get; private set; } = [];

    public ITopicProducer<TMessage> ProducerOf<TMessage>(string topic, Func<TMessage, RecordKey> key, IMessageFormat? format) =>
        new TopicProducer<TMessage>(topic, key, format ?? Topology.Format, Producer);

    /// <summary>Maps what is mapped at startup, and checks everything: topology, settings, producers. Nothing can be mapped afterwards.</summary>
    public void Validate(HeadraceRegistrations registrations, List<string> faults)
    {
        foreach (var map in _registration.Maps)
        {
            map(Topology);
        }

        var models = Topology.Validate(_services, faults, Settings.Failures);
        Topology.Seal();
        faults.AddRange(ProducerFaults.Of(_registration, registrations, _services));
        faults.AddRange(_settingsFaults);
        CheckSteps(faults);
        faults.AddRange(ClientFaults.Of(Settings, Events, models));
        faults.AddRange(models.SelectMany(model => FailureSettings.Faults(model, Settings.Failures(model.Name), ClusterConfiguration.SectionOf(Name))));
        ProducedTopics = [.. _registration.Producers.Select(producer => producer.Topic).Concat(models.SelectMany(Destinations)).Distinct()];
        var failureTopics = new FailureTopics(_admin, Loggers);
        Groups = [.. models.Select(model => Compile(model, failureTopics, faults)).OfType<RunningGroup>()];
        faults.AddRange(Groups.SelectMany(group => BatchRules.Faults(group.Model, ClusterConfiguration.SectionOf(Name), group.Options.LookAheadRecords)));
    }

    /// <summary>Lets every format that is used look up what it needs.</summary>
    public async Task StartFormatsAsync(List<string> faults, CancellationToken cancellation)
    {
        var handlers = Groups.SelectMany(group => group.Model.Topics).SelectMany(topic => topic.Handlers.Append(topic.Tombstone).Append(topic.Raw)).OfType<HandlerModel>();
        var formats = handlers.SelectMany(handler => (IMessageFormat?[])[handler.Format, handler.ResultFormat]).Concat(_registration.Producers.Select(producer => producer.Format)).Append(Topology.Format);
        foreach (var format in formats.OfType<IMessageFormat>().Distinct())
        {
            await format.StartAsync(new(Name, _services, faults), cancellation);
        }
    }

    /// <summary>Flushes and closes what writes to the cluster. Closing twice does nothing.</summary>
    public async ValueTask CloseProducersAsync()
    {
        await Producer.DisposeAsync();
        if (_deadLetters.IsValueCreated)
        {
            await _deadLetters.Value.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        await Loop.DisposeAsync();
        foreach (var group in Groups)
        {
            await group.DisposeAsync();
        }

        await CloseProducersAsync();
        Letters.Dispose();
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }

    private static IEnumerable<string> Destinations(GroupModel model) =>
        model.Topics.SelectMany(topic => topic.Handlers.Append(topic.Tombstone).Append(topic.Raw)).Select(handler => handler?.Destination).OfType<string>();

    private ProduceSteps CompileSteps() => new(_registration.ProduceFilters.Create(_services), _registration.RawProduceFilters.Create(_services));

    private void CheckSteps(List<string> faults)
    {
        try
        {
            _ = Producer.Steps;
        }
        catch (Exception error)
        {
            faults.Add($"A filter of what is produced to the cluster '{Name}' cannot be made: {error.Message}");
        }
    }

    private ClientEvents ListenToClients()
    {
        var all = _registration.ClientEvents.ConvertAll(create => create(_services));
        return new()
        {
            GetToken = all.FindLast(static events => events.GetToken is not null)?.GetToken,
            OnStatistics = all.Select(static events => events.OnStatistics).Aggregate((Action<ClientStatistics>?)null, static (first, next) => first + next),
            OnError = all.Select(static events => events.OnError).Aggregate((Action<ClientError>?)null, static (first, next) => first + next),
        };
    }

    private ClusterSettings ReadSettings() => ClusterConfiguration.Read(
        Name,
        _registration.Options,
        _services.GetRequiredService<IConfiguration>(),
        [.. Topology.Groups.Select(group => group.Name)],
        _services.GetRequiredService<IHostEnvironment>().IsDevelopment(),
        _settingsFaults);

    private IReadOnlyList<IDeadLetterNotifier> Notifiers(IServiceProvider services) =>
        [.. services.GetServices<IDeadLetterNotifier>(), .. Settings.DeadLetterWebhook is { } address ? new[] { new DeadLetterWebhook(new(address)) } : []];

    // Binding a handler makes the singletons it takes, and those can refuse.
    private RunningGroup? Compile(GroupModel model, FailureTopics failureTopics, List<string> faults)
    {
        try
        {
            RunningGroup? group = null;
            var parked = new ParkedPartitions();
            var companions = new GroupCompanions(model, Time, parked);
            var surroundings = Surroundings(model, failureTopics, companions) with { Parked = parked, Wake = (topic, partition, key) => group?.Consumer.Wake(topic, partition, key) };
            return group = new(model, this, surroundings, failureTopics, companions);
        }
        catch (Exception error)
        {
            faults.Add($"Group '{model.Name}' cannot be bound: {error.Message}");
            return null;
        }
    }

    private MessageFilter? AwaitProduced(GroupModel model)
    {
        if (model.HasTransactions)
        {
            return new ProduceScopes(Producer).FilterAsync;
        }

        return _services.GetRequiredService<HeadraceRegistrations>().Clusters.Any(cluster => cluster.Producers.Count > 0) ? new ProduceScopes().FilterAsync : null;
    }

    private GroupSurroundings Surroundings(GroupModel model, FailureTopics failureTopics, GroupCompanions companions) => new()
    {
        Services = _services,
        Loggers = Loggers,
        Time = Time,
        ResultFormat = Topology.Format,
        Produce = Producer.ProduceAsync,
        ProduceSteps = Producer.Steps,
        ProduceDeadLetter = (in OutgoingRecord record, CancellationToken cancellation) => _deadLetters.Value.ProduceAsync(record, cancellation),
        DeadLetterPartitions = (topic, cancellation) => failureTopics.DeadLetterPartitionsAsync(topic, model.Name, cancellation),
        FindOwnTopic = companions.Find,
        HasTransactions = model.HasTransactions,
        AwaitProduced = AwaitProduced(model),
    };
}
