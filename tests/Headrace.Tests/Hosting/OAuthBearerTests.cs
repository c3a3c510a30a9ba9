using System.Collections.Concurrent;
using Headrace.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Hosting;

public sealed class OAuthBearerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private sealed record Order(string Id);

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task An_application_produces_consumes_and_makes_topics_by_tokens()
    {
        var (topic, group) = (await SecureKafka.CreateTopicAsync(), SecureKafka.NewName());
        var asked = 0;
        await using var app = Application(topic, group, _ =>
        {
            Interlocked.Increment(ref asked);
            return new(SecureKafka.Token(SecureKafka.Known, Hour));
        });
        await app.StartAsync();

        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);

        // The producers, the clients of the group, those of the administration: each once.
        Assert.InRange(asked, 4, 9);
    }

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task A_transaction_is_committed_by_tokens()
    {
        var topic = await SecureKafka.CreateTopicAsync();
        var events = new ClientEvents { GetToken = static _ => new(SecureKafka.Token(SecureKafka.Superuser, Hour)) };
        await using (var producer = new TransactionalProducer(SecureKafka.NewName(), SecureKafka.WithTokens(), NullLoggerFactory.Instance, events))
        {
            await using var transaction = await producer.BeginAsync(Cancellation);
            await transaction.ProduceAsync(new(topic, "k", "v"u8.ToArray()), Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        using var admin = new ClusterAdmin(SecureKafka.WithTokens(), NullLoggerFactory.Instance, events);
        // The record, and the marker that the broker writes when the commit was answered.
        await Wait.UntilAsync("committed", async () => (await admin.EndOffsetsAsync([topic], Cancellation)).Values.SequenceEqual([2L]));
    }

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task A_token_is_replaced_before_it_expires()
    {
        var (topic, group) = (await SecureKafka.CreateTopicAsync(), SecureKafka.NewName());
        var given = new ConcurrentQueue<DateTimeOffset>();
        await using var app = Application(topic, group, _ =>
        {
            var token = SecureKafka.Token(SecureKafka.Known, TimeSpan.FromSeconds(4));
            given.Enqueue(token.ExpiresAt);
            return new(token);
        });
        await app.StartAsync();
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);

        // The broker ends connections whose token has expired, so what is produced and handled now is so by another.
        var first = given.Max();
        await app.UntilAsync(() => TimeProvider.System.GetUtcNow() > first && given.Max() > first.AddSeconds(4), () => $"{given.Count} tokens");
        await app.Producer<Order>().ProduceAsync(new("o-2"));
        await app.UntilHandledAsync(2);
        Assert.DoesNotContain(app.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task A_token_that_the_broker_refuses_is_named()
    {
        await using var app = Application(SecureKafka.NewName(), SecureKafka.NewName(), static _ => new(SecureKafka.Token(SecureKafka.Known, Hour, isStale: true)));
        app.Configuration["Kafka:Producer:message.timeout.ms"] = "5000";
        await app.StartAsync();

        var failure = await Assert.ThrowsAsync<ProduceException>(() => app.Producer<Order>().ProduceAsync(new("o-1")).AsTask());

        Assert.Contains("uthentication", failure.Message, StringComparison.Ordinal);
        await app.UntilAsync(() => NotReady(app).Contains("uthentication", StringComparison.Ordinal), () => NotReady(app));
    }

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task Who_gets_no_token_says_why_and_asks_again()
    {
        var (topic, group) = (await SecureKafka.CreateTopicAsync(), SecureKafka.NewName());
        var isAway = true;
        await using var app = Application(topic, group, _ =>
            Volatile.Read(ref isAway) ? throw new InvalidOperationException("the identity provider is away") : new(SecureKafka.Token(SecureKafka.Known, Hour)));
        await app.StartAsync();

        await app.UntilAsync(() => NotReady(app).Contains("the identity provider is away", StringComparison.Ordinal), () => NotReady(app));
        Volatile.Write(ref isAway, false);

        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);
        await app.UntilAsync(() => NotReady(app).Length == 0, () => NotReady(app));
        Assert.Contains(app.Log.All, line => line.Contains("[1102] the admin client got no OAUTHBEARER token: the identity provider is away", StringComparison.Ordinal));
    }

    public static bool IsGiven => SecureKafka.IsGiven;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string NotReady(Application app) => string.Join(" ", HealthReasons.NotReady(app.Host.Services.GetRequiredKeyedService<KafkaCluster>("kafka")));

    private static Application Application(string topic, string group, Func<CancellationToken, ValueTask<OAuthBearerToken>> getToken)
    {
        var settings = SecureKafka.WithTokens();
        var app = new Application(settings["bootstrap.servers"]);
        foreach (var (name, value) in settings)
        {
            app.Configuration[$"Kafka:Client:{name}"] = value;
        }

        app.Headrace.AddProducer<Order>(topic, key: order => order.Id).UseOAuthBearer((_, cancellation) => getToken(cancellation));
        app.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order) => app.Handled.Enqueue(order));
        return app;
    }
}
