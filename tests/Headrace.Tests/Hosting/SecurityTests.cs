using Headrace.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Hosting;

public sealed class SecurityTests
{
    private sealed record Order(string Id);

    [Theory(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    [InlineData("certificate")]
    public async Task An_application_produces_consumes_and_makes_topics(string way)
    {
        var (topic, group) = (await SecureKafka.CreateTopicAsync(), SecureKafka.NewName());
        await using var app = Application(SecureKafka.Of(way), topic, group);
        await app.StartAsync();

        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);

        using var admin = new ClusterAdmin(SecureKafka.Of(way), NullLoggerFactory.Instance);
        Assert.Contains($"{topic}.{group}.dlt", await admin.ListTopicsAsync(Cancellation));
        await Wait.UntilAsync("committed", async () => (await admin.CommittedOffsetsAsync(group, Cancellation)).Values.Contains(1));
    }

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task A_transaction_is_committed()
    {
        var (topic, settings) = (await SecureKafka.CreateTopicAsync(), SecureKafka.WithPassword(SecureKafka.Superuser));
        await using (var producer = new TransactionalProducer(SecureKafka.NewName(), settings, NullLoggerFactory.Instance))
        {
            await using var transaction = await producer.BeginAsync(Cancellation);
            await transaction.ProduceAsync(new(topic, "k", "v"u8.ToArray()), Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        // The record and the marker of the commit.
        using var admin = new ClusterAdmin(settings, NullLoggerFactory.Instance);
        Assert.Equal([2L], (await admin.EndOffsetsAsync([topic], Cancellation)).Values);
    }

    [Theory(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    [InlineData("password", "uthentication failed")]
    [InlineData("authority", "certificate verify failed")]
    [InlineData("certificate", "certificate")]
    public async Task Who_is_not_let_in_is_told_why(string wrong, string cause)
    {
        var settings = wrong == "certificate" ? SecureKafka.WithCertificate(SecureKafka.Known) : SecureKafka.WithPassword(SecureKafka.Known, password: wrong == "password" ? "wrong" : null);
        foreach (var name in wrong switch { "authority" => ["ssl.ca.location"], "certificate" => new[] { "ssl.certificate.location", "ssl.key.location" }, _ => [] })
        {
            settings.Remove(name);
        }

        using var admin = new ClusterAdmin(settings, NullLoggerFactory.Instance);
        var listing = admin.ListTopicsAsync(Cancellation);
        await using var app = Application(settings, SecureKafka.NewName(), SecureKafka.NewName());
        app.Configuration["Kafka:Producer:message.timeout.ms"] = "5000";
        await app.StartAsync();
        var failure = await Assert.ThrowsAsync<ProduceException>(() => app.Producer<Order>().ProduceAsync(new("o-1")).AsTask());
        Assert.True(failure.Message.Contains(cause, StringComparison.Ordinal), failure.Message);
        Assert.False(failure.PossiblyPersisted);

        await app.UntilAsync(() => NotReady(app).Contains(cause, StringComparison.Ordinal), () => NotReady(app));
        Assert.Contains(cause, app.Status.LastError, StringComparison.Ordinal);

        var refusal = await Assert.ThrowsAsync<TimeoutException>(() => listing);
        Assert.Contains(cause, refusal.Message, StringComparison.Ordinal);
    }

    [Theory(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    [InlineData("password")]
    [InlineData("certificate")]
    public async Task Who_may_not_is_told_what(string way)
    {
        var (readable, hidden) = (await SecureKafka.CreateTopicAsync(isReadableByStranger: true), await SecureKafka.CreateTopicAsync());
        var settings = way == "password" ? SecureKafka.WithPassword(SecureKafka.Stranger) : SecureKafka.WithCertificate(SecureKafka.Stranger);

        await using var producer = new RecordProducer(settings, NullLoggerFactory.Instance);
        var produce = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceAsync(new(readable, "k", "v"u8.ToArray()), Cancellation).AsTask());
        Assert.True(produce.Message.Contains("Grant its principal the operation Write on the topic", StringComparison.Ordinal), produce.Message);

        using var admin = new ClusterAdmin(settings, NullLoggerFactory.Instance);
        var create = await Assert.ThrowsAsync<ClusterException>(() => admin.CreateTopicsAsync([new(SecureKafka.NewName(), 1)], Cancellation));
        Assert.Contains("uthorization failed", create.Message, StringComparison.Ordinal);

        await using var app = Application(settings, readable, SecureKafka.NewName());
        app.Host.MapConsumerGroup(SecureKafka.NewName()).MapTopic(hidden).On((Order order) => app.Handled.Enqueue(order));
        await app.StartAsync();
        await app.UntilAsync(() => NotReady(app).Contains("Group authorization failed", StringComparison.Ordinal), () => NotReady(app));
        await app.UntilAsync(
            () => HealthReasons.Degraded(Cluster(app)).Any(reason => reason.Contains($"{hidden}, which does not exist or may not be seen", StringComparison.Ordinal)),
            () => string.Join(" ", HealthReasons.Degraded(Cluster(app))));
    }

    [Fact(SkipUnless = nameof(IsGiven), Skip = SecureKafka.NotChecked)]
    public async Task A_group_that_may_not_make_its_retry_topics_waits_until_it_may()
    {
        var (topic, group) = (await SecureKafka.CreateTopicAsync(isReadableByStranger: true), SecureKafka.NewName());
        var retry = $"{topic}.{group}.retry.1s";
        await using var app = Application(SecureKafka.WithPassword(SecureKafka.Stranger), topic, group, static consumer => consumer.WithRetryTopics(TimeSpan.FromSeconds(1)));
        await app.StartAsync();
        await app.UntilAsync(status => status is { State: ConsumerState.Starting, LastError: { } error } && error.Contains($"'{retry}'", StringComparison.Ordinal), group);

        using var admin = new ClusterAdmin(SecureKafka.WithPassword(SecureKafka.Superuser), NullLoggerFactory.Instance);
        Assert.DoesNotContain(retry, await admin.ListTopicsAsync(Cancellation));
        await SecureKafka.AllowStrangerAsync(topic, group);
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);
        Assert.Contains(retry, await admin.ListTopicsAsync(Cancellation));
    }

    public static bool IsGiven => SecureKafka.IsGiven;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static KafkaCluster Cluster(Application app) => app.Host.Services.GetRequiredKeyedService<KafkaCluster>("kafka");

    private static string NotReady(Application app) => string.Join(" ", HealthReasons.NotReady(Cluster(app)));

    // As an application has it: everything from configuration.
    private static Application Application(Dictionary<string, string> settings, string topic, string group, Action<ConsumerGroupBuilder>? configure = null)
    {
        var app = new Application(settings["bootstrap.servers"]);
        foreach (var (name, value) in settings)
        {
            app.Configuration[$"Kafka:Client:{name}"] = value;
        }

        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        var consumer = app.Host.MapConsumerGroup(group);
        configure?.Invoke(consumer);
        consumer.MapTopic(topic).On((Order order) => app.Handled.Enqueue(order));
        return app;
    }
}
