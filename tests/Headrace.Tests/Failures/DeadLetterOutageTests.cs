using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Failures;

/// <summary>A dead-letter topic that takes nothing for a while: two writes long, in <c>./test --long</c> 30 s.</summary>
public sealed class DeadLetterOutageTests(KafkaUnderTest kafka)
{
    private const short NotEnoughReplicas = 19;
    private const int Partitions = 2;
    private const int Dead = 5;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 } ? 30 : 0);

    private int _tries;

    [Fact]
    public async Task What_nobody_acknowledges_in_the_dead_letter_topic_is_not_settled_and_not_lost()
    {
        const short Produce = 0;
        await using var proxy = new TcpProxy(kafka.Address);
        await RunAsync(proxy.Address, dlt =>
        {
            var name = System.Text.Encoding.ASCII.GetBytes(dlt);
            proxy.KeepsRequest = (key, request) => key == Produce && request.AsSpan().IndexOf(name) >= 0;
            return Task.FromResult(() =>
            {
                proxy.KeepsRequest = static (_, _) => false;
                proxy.Cut();
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>One Apache Kafka cannot lack replicas: it takes no more for necessary than there are.</summary>
    [Fact]
    public async Task What_cannot_be_dead_lettered_for_lack_of_replicas_is_not_settled_and_not_lost()
    {
        await using var broker = await DevBroker.StartAsync();
        await RunAsync(broker.BootstrapServers, dlt =>
        {
            var fault = broker.Faults.On(KafkaApi.Produce).Topic(dlt).Error(NotEnoughReplicas);
            return Task.FromResult(() =>
            {
                fault.Dispose();
                return Task.CompletedTask;
            });
        });
    }

    [Fact]
    public Task What_the_dead_letter_topic_is_too_small_for_is_not_settled_and_not_lost() => RunAsync(kafka.Address, async dlt =>
    {
        await SetAsync(kafka.Address, dlt, "max.message.bytes", "60");
        return () => SetAsync(kafka.Address, dlt, "max.message.bytes", "2000000");
    });

    private async Task RunAsync(string address, Func<string, Task<Func<Task>>> refuseAsync)
    {
        var (topic, group) = (kafka.NewName(), kafka.NewName("group"));
        using var admin = new ClusterAdmin(new Dictionary<string, string> { ["bootstrap.servers"] = address }, NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new(topic, Partitions)], TestContext.Current.CancellationToken);
        await using var app = Failing(address, topic, group);
        await app.StartAsync();
        await app.UntilAsync(status => status.State == ConsumerState.Running, group);
        var recoverAsync = await refuseAsync($"{topic}.{group}.dlt");
        for (var number = 0; number < 10 * Dead; number++)
        {
            await app.Producer<OrderPlaced>().ProduceAsync(new(number % 10 == 3 ? "poison" : $"o-{number % 10}", number), cancellation: TestContext.Current.CancellationToken);
        }

        await app.UntilHandledAsync(9 * Dead);
        await HoldAsync(app, group);
        var ends = await admin.EndOffsetsAsync([$"{topic}.{group}.dlt"], TestContext.Current.CancellationToken);
        Assert.All(ends, end => Assert.Equal(0, end.Value));

        await recoverAsync();
        await app.UntilAsync(status => status is { DeadLettered: Dead, Lag: 0 }, group);
        var letters = TopicReader.ReadAll(address, $"{topic}.{group}.dlt", Partitions, IsolationLevel.ReadCommitted);
        Assert.Equal(Enumerable.Range(0, Dead).Select(number => $"{{\"orderId\":\"poison\",\"total\":{(number * 10) + 3}}}"), letters.Select(letter => letter.Message.Value).Distinct());
        Assert.Equal(Dead, _tries);
    }

    // As long as it lasts nothing is settled, and the handler does not run again for what waits to be written.
    private async Task HoldAsync(Application app, string group)
    {
        var began = Stopwatch.GetTimestamp();
        await app.UntilAsync(
            () => Status().LastError?.Contains(".dlt could not be written", StringComparison.Ordinal) == true
                && app.Log.All.Any(line => line.Contains("(try 2)", StringComparison.Ordinal) || line.Contains("[3007]", StringComparison.Ordinal)),
            () => "no refusal was seen");
        await app.UntilAsync(status => status.Lag >= Dead, group);
        do
        {
            Assert.Equal((0L, 1), (Status().DeadLettered, _tries));
            Assert.True(Status().Lag >= Dead, $"The lag is {Status().Lag}.");
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        while (Stopwatch.GetElapsedTime(began) < Outage);

        GroupStatus Status() => app.Status.Groups().Single(status => status.Name == group);
    }

    private Application Failing(string address, string topic, string group)
    {
        var app = new Application(address);
        app.Configuration["Kafka:Producer:message.timeout.ms"] = "2000";
        app.Headrace.AddProducer<OrderPlaced>(topic, key: order => order.OrderId);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group).WithFailurePolicy(policy => policy.Attempts = 1).MapTopic(topic).On((OrderPlaced order) =>
        {
            if (order.OrderId == "poison")
            {
                Interlocked.Increment(ref _tries);
                throw new InvalidOperationException("no");
            }

            app.Handled.Enqueue(order);
        }));
        return app;
    }

    private static async Task SetAsync(string address, string topic, string name, string value)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [new() { Type = ResourceType.Topic, Name = topic }] = [new() { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
        });
    }
}
