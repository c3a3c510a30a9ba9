using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Failures;

public sealed class RetryTopicsOnKafkaTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    // Each tier once for real in ./test --long; otherwise shorter.
    private static readonly TimeSpan[] RealDelays =
        Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 } ? Delays : [.. Delays.Select(static delay => delay / 20)];

    private readonly ConcurrentQueue<DateTimeOffset> _tries = new();

    [Fact]
    public async Task Three_tiers_are_walked_never_early_and_without_an_eviction()
    {
        var (topic, group, time) = (await kafka.CreateTopicAsync(partitions: 3), kafka.NewName("group"), new SkippingTime());
        await using var app = Failing(topic, group, until: 4, time);
        app.Configuration["Kafka:Client:max.poll.interval.ms"] = "7000";
        app.Configuration["Kafka:Client:session.timeout.ms"] = "6000";
        await app.StartAsync();
        await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: TestContext.Current.CancellationToken);
        for (var tier = 0; tier < Delays.Length; tier++)
        {
            await app.UntilAsync(() => _tries.Count == tier + 1 && Companion(app, group, tier) is { NextDue: not null }, () => $"{_tries.Count} tries, tier {tier} of {Delays.Length} not waited for");
            time.Skip(Delays[tier]);
        }

        await app.UntilHandledAsync(1);
        Assert.Equal(4, _tries.Count);
        Assert.All(_tries.Zip(_tries.Skip(1)).Zip(Delays), walked => Assert.True(walked.First.Second - walked.First.First >= walked.Second, $"{walked.First.Second - walked.First.First} in the tier of {walked.Second}"));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("given up", StringComparison.Ordinal) || line.Contains("lost", StringComparison.OrdinalIgnoreCase));
        await app.UntilAsync(status => status is { Lag: 0, State: ConsumerState.Running }, group);
    }

    [Fact]
    public async Task Three_tiers_are_walked_in_real_time_while_the_partitions_stay()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(partitions: 3), kafka.NewName("group"));
        await using var app = Failing(topic, group, until: 4, delays: RealDelays);
        app.Configuration["Kafka:Client:max.poll.interval.ms"] = "6000";
        app.Configuration["Kafka:Client:session.timeout.ms"] = "6000";
        await app.StartAsync();
        await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: TestContext.Current.CancellationToken);
        await app.UntilHandledAsync(1);
        Assert.Equal(4, _tries.Count);
        Assert.All(_tries.Zip(_tries.Skip(1)).Zip(RealDelays), walked => Assert.True(walked.First.Second - walked.First.First >= walked.Second, $"{walked.First.Second - walked.First.First} in the tier of {walked.Second}"));
        await app.UntilAsync(status => status is { Lag: 0, State: ConsumerState.Running }, group);
        Assert.Single(app.Log.All, line => line.Contains("[1003]", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("[1005]", StringComparison.Ordinal) || line.Contains("[1006]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_fits_only_compressed_is_dead_lettered_whole()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("group"));
        var value = $"{{\"orderId\":\"{new string('x', 3_000_000)}\",\"total\":1}}";
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Address, MessageMaxBytes = 10_000_000, CompressionType = CompressionType.Gzip }).Build())
        {
            await producer.ProduceAsync(topic, new() { Key = "o-1", Value = value }, TestContext.Current.CancellationToken);
        }

        await using var app = new Application(kafka.Address);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group).WithFailurePolicy(policy => policy.Attempts = 1).MapTopic(topic).On(void (OrderPlaced _) => throw new InvalidOperationException("no")));
        await app.StartAsync();
        await app.UntilAsync(status => status is { DeadLettered: 1, Lag: 0 }, group);
        Assert.Equal(value, Assert.Single(TopicReader.ReadAll(kafka, $"{topic}.{group}.dlt", partitions: 1)).Message.Value);
    }

    [Fact]
    public async Task A_header_of_null_walks_through_retry_and_dead_letter_topic_as_null()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("group"));
        await using var app = Failing(topic, group, until: int.MaxValue, delays: [TimeSpan.FromMilliseconds(20)]);
        await app.StartAsync();
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Address }).Build())
        {
            var headers = new Headers { { "none", null }, { "empty", [] }, { "one", [7] } };
            await producer.ProduceAsync(topic, new() { Key = "o-1", Value = """{"orderId":"o-1","total":1}""", Headers = headers }, TestContext.Current.CancellationToken);
        }

        await app.UntilAsync(status => status is { DeadLettered: 1, Lag: 0 }, group);
        var dead = Assert.Single(TopicReader.ReadAll(kafka, $"{topic}.{group}.dlt", partitions: 1)).Message.Headers;
        Assert.Null(dead.GetLastBytes("none"));
        Assert.Equal([], dead.GetLastBytes("empty"));
        Assert.Equal([7], dead.GetLastBytes("one"));
    }

    [Fact]
    public async Task The_trace_that_a_record_came_with_goes_with_it_through_retry_dead_letter_and_redrive()
    {
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var (topic, group, seen) = (await kafka.CreateTopicAsync(), kafka.NewName("group"), new ConcurrentQueue<string>());
        await using var app = new Application(kafka.Address);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group).WithRetryTopics(TimeSpan.FromMilliseconds(20)).WithFailurePolicy(policy => policy.Attempts = 1).MapTopic(topic).On(void (OrderPlaced _, MessageContext context) =>
        {
            // Whatever trace the handler begins is its own.
            using var mine = new Activity("handle").Start();
            seen.Enqueue(string.Join(' ', context.Headers.Where(header => header.Name.StartsWith("trace", StringComparison.Ordinal)).Select(header => $"{header.Name}={header.Text}")));
            throw new InvalidOperationException("no");
        }));
        await app.StartAsync();
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Address }).Build())
        {
            var headers = new Headers { { "traceparent", Encoding.ASCII.GetBytes(Parent) }, { "tracestate", "vendor=7"u8.ToArray() } };
            await producer.ProduceAsync(topic, new() { Key = "o-1", Value = """{"orderId":"o-1","total":1}""", Headers = headers }, TestContext.Current.CancellationToken);
        }

        await app.UntilAsync(status => status is { DeadLettered: 1, Lag: 0 }, group);
        await app.Host.Services.GetRequiredService<DeadLetters>().RedriveAsync(group, cancellation: TestContext.Current.CancellationToken);
        await app.UntilAsync(status => status is { DeadLettered: 2, Lag: 0 }, group);
        Assert.Equal(Enumerable.Repeat($"traceparent={Parent} tracestate=vendor=7", 3), seen);
        var copies = new[] { "retry.20ms", "dlt", "redrive" }.SelectMany(suffix => TopicReader.ReadAll(kafka.Address, $"{topic}.{group}.{suffix}", partitions: 1, IsolationLevel.ReadCommitted)).ToList();
        Assert.Equal(4, copies.Count);
        Assert.All(copies, copy => Assert.Equal(Parent, Encoding.ASCII.GetString(Assert.Single(copy.Message.Headers, header => header.Key == "traceparent").GetValueBytes())));
    }

    [Fact]
    public async Task A_retry_topic_with_too_many_partitions_keeps_the_group_from_starting()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(partitions: 2), kafka.NewName("group"));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = $"{topic}.{group}.retry.5s", NumPartitions = 3, ReplicationFactor = 1 }]);
        await using var app = Failing(topic, group, until: 1);
        await app.StartAsync();
        await app.UntilAsync(
            status => status is { State: ConsumerState.Starting, LastError: { } error } && error.Contains($"topic '{topic}.{group}.retry.5s' has 3 partitions and '{topic}' 2", StringComparison.Ordinal),
            group);
    }

    [Fact]
    public async Task Topics_that_are_too_small_grow_and_grow_with_their_origin()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(partitions: 2), kafka.NewName("group"));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = $"{topic}.{group}.dlt", NumPartitions = 1, ReplicationFactor = 1 }]);
        await using var app = Failing(topic, group, until: 1);
        await app.StartAsync();
        await app.UntilAsync(status => status.State == ConsumerState.Running, group);
        await app.UntilAsync(() => PartitionsOf(admin, $"{topic}.{group}.dlt") == 2, () => "not grown at the start");
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 4 }]);
        await app.UntilAsync(() => PartitionsOf(admin, $"{topic}.{group}.dlt") == 4 && PartitionsOf(admin, $"{topic}.{group}.retry.30s") == 4, () => "not grown");
    }

    [Fact]
    public async Task Topics_that_may_not_be_made_keep_the_group_from_starting()
    {
        const short TopicAuthorizationFailed = 29;
        await using var broker = await DevBroker.StartAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "orders", NumPartitions = 1, ReplicationFactor = 1 }]);
        using (broker.Faults.On(KafkaApi.CreateTopics).Error(TopicAuthorizationFailed))
        {
            await using var app = Failing("orders", "billing", until: 1, address: broker.BootstrapServers);
            await app.StartAsync();
            await app.UntilAsync(
                status => status is { State: ConsumerState.Starting, LastError: { } error } && error.Contains("'orders.billing.retry.1s'", StringComparison.Ordinal), "billing");
        }
    }

    private static PartitionSnapshot? Companion(Application app, string group, int tier) => app.Status.Groups().Single(status => status.Name == group).Companions
        .Cast<PartitionSnapshot?>().FirstOrDefault(companion => companion!.Value.Topic.EndsWith($".retry.{Delays[tier].TotalSeconds}s", StringComparison.Ordinal) && companion.Value.NextDue is not null);

    private static int PartitionsOf(IAdminClient admin, string topic) => admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count;

    private Application Failing(string topic, string group, int until, TimeProvider? time = null, string? address = null, TimeSpan[]? delays = null)
    {
        var app = new Application(address ?? kafka.Address);
        app.Services.AddSingleton(time ?? TimeProvider.System);
        app.Headrace.AddProducer<OrderPlaced>(topic, key: order => order.OrderId);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group).WithRetryTopics(delays ?? Delays).WithFailurePolicy(policy => policy.Attempts = 1).MapTopic(topic).On((OrderPlaced order) =>
        {
            _tries.Enqueue((time ?? TimeProvider.System).GetUtcNow());
            if (_tries.Count < until)
            {
                throw new InvalidOperationException("not yet");
            }

            app.Handled.Enqueue(order);
        }));
        return app;
    }
}
