using System.Diagnostics.Metrics;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Headrace.Tests.Redriving;

public sealed class DepthTests(KafkaUnderTest kafka)
{
    private sealed record Order(string Id);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_is_seen_in_status_metrics_and_health_and_nothing_is_once_it_was_dealt_with()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(2), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Services.AddHealthChecks().AddHeadrace();
        app.Headrace.AddProducer<Order>(topic, order => order.Id)
            .Map(topology => topology.MapConsumerGroup(group).WithFailurePolicy(policy => policy.DeadLetterOn<InvalidOperationException>())
                .MapTopic(topic).On(void (Order order) => throw new InvalidOperationException("no")));
        await app.StartAsync();
        await app.Producer<Order>().ProduceManyAsync(Enumerable.Range(0, 5).Select(number => new Order($"o-{number}")), cancellation: Cancellation);

        await app.UntilAsync(status => status.DeadLetters.Sum(letters => letters.Depth) == 5, group);
        var letters = Assert.Single(app.Status.Groups()[0].DeadLetters);
        Assert.Equal(($"{topic}.{group}.dlt", topic, group), (letters.Topic, letters.Origin, letters.Group));
        Assert.Equal([new("System.InvalidOperationException", 5)], letters.ByException);
        Assert.True(letters.OldestAt <= letters.NewestAt);
        var depth = Assert.Single(Measure("headrace.dead_letters"), measured => measured.Topic == letters.Topic);
        Assert.Equal((5, group), (depth.Value, depth.Group));
        Assert.True(Measure("headrace.dead_letters.oldest_age").Single(measured => measured.Topic == letters.Topic).Value > 0);
        var health = await HealthAsync(app);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.StartsWith($"5 dead letters in {letters.Topic}, the oldest since 20", health.Description, StringComparison.Ordinal);

        await app.Host.Services.GetRequiredService<DeadLetters>().DiscardAsync(group, cancellation: Cancellation);
        await app.UntilAsync(status => status.DeadLetters.Sum(waiting => waiting.Depth) == 0, group);
        Assert.Equal(0, Measure("headrace.dead_letters").Single(measured => measured.Topic == letters.Topic).Value);
        Assert.Equal(0, Measure("headrace.dead_letters.oldest_age").Single(measured => measured.Topic == letters.Topic).Value);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(app)).Status);
        await app.StopAsync();
    }

    private static async Task<HealthReportEntry> HealthAsync(Application app) =>
        (await app.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "headrace-dead-letters", Cancellation)).Entries.Single().Value;

    private static List<(double Value, string? Group, string? Topic)> Measure(string instrument)
    {
        var measured = new List<(double, string?, string?)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (published, listening) =>
        {
            if (published.Meter.Name == "Headrace" && published.Name == instrument)
            {
                listening.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
            measured.Add((value, all["messaging.consumer.group.name"], all["messaging.destination.name"]));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }
}
