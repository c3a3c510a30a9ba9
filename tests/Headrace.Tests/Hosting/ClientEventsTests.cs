using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Hosting;

public sealed class ClientEventsTests(KafkaUnderTest kafka)
{
    private sealed record Order(string Id);

    [Fact]
    public async Task Statistics_of_every_client_are_told_and_measured()
    {
        var measured = new ConcurrentDictionary<string, object?>();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => { if (instrument.Meter.Name == "Headrace.Client") { listener.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured[$"{instrument.Name} {tags[0].Value}"] = null);
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => measured[$"{instrument.Name} {tags[0].Value}"] = null);
        listener.Start();

        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        var told = new ConcurrentDictionary<string, string>();
        await using var app = new Application(kafka.Address);
        app.Configuration["Kafka:Client:statistics.interval.ms"] = "100";
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id)
            .OnClientEvents(_ => new() { OnStatistics = static _ => throw new InvalidOperationException("a listener's own fault") })
            .OnClientEvents(_ => new() { OnStatistics = statistics => told[statistics.Client] = statistics.Json });
        app.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order) => app.Handled.Enqueue(order));
        await app.StartAsync();
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);

        string[] clients = ["the producer", $"group {group}", $"group {group}, fetching", "the admin client"];
        string[] expected = [.. clients.Select(client => $"headrace.client.broker.round_trip {client}"), "headrace.client.queue.records the producer"];
        await app.UntilAsync(() => expected.All(measured.ContainsKey), () => string.Join("; ", measured.Keys));
        Assert.Contains(app.Log.All, line => line.Contains($"[1101] What takes the events of group {group} threw", StringComparison.Ordinal));
        Assert.NotEqual(0, JsonDocument.Parse(told["the producer"]).RootElement.GetProperty("brokers").GetPropertyCount());
    }

    [Fact]
    public async Task Nothing_is_told_of_statistics_unless_asked_for()
    {
        var told = 0;
        await using var producer = new RecordProducer(kafka.ClientSettings, NullLoggerFactory.Instance, new() { OnStatistics = _ => told++ });
        await producer.ProduceAsync(new(await kafka.CreateTopicAsync(), "k", "v"u8.ToArray()), TestContext.Current.CancellationToken);

        Assert.Equal(0, told);
    }

    [Fact]
    public async Task Errors_of_a_client_are_told()
    {
        var errors = new ConcurrentQueue<ClientError>();
        var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "127.0.0.1:1" };
        await using var producer = new RecordProducer(settings, NullLoggerFactory.Instance, new() { OnError = errors.Enqueue });

        await Wait.UntilAsync("told", () => Task.FromResult(errors.Any(error => error is { Client: "the producer", Code: -195, IsFatal: false } && error.Reason.Contains("127.0.0.1:1", StringComparison.Ordinal))));
    }
}
