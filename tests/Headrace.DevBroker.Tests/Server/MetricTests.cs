using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Server;

public sealed class MetricTests
{
    [Fact]
    public async Task What_a_broker_does_is_counted_under_its_port()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = Listen(broker.Port, seen);
        using var fault = broker.Faults.On(KafkaApi.Produce).Times(1).Delay(TimeSpan.Zero);
        await using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "t" }] });
            await client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("t", TestBatch.Of("a", "b", "c")));
            await client.SendAsync<OffsetCommitResponse>(KafkaApi.OffsetCommit, 9, new OffsetCommitRequest { GroupId = "g", Topics = [new() { Name = "t", Partitions = [new()] }] });
            Assert.Equal(1, seen["headrace.broker.connections"]);
        }

        listener.RecordObservableInstruments();
        await Eventually.TrueAsync("the connection is over", () => Task.FromResult(seen["headrace.broker.connections"] == 0));
        Assert.Equal(3, seen["headrace.broker.records"]);
        Assert.Equal(1, seen["headrace.broker.batches"]);
        Assert.Equal(1, seen["headrace.broker.faults"]);
        Assert.Equal(1, seen["headrace.broker.groups"]);
        Assert.True(seen["headrace.broker.bytes.in"] > 0 && seen["headrace.broker.bytes.out"] > 0 && seen["headrace.broker.request.duration"] > 0);
    }

    private static MeterListener Listen(int port, ConcurrentDictionary<string, double> seen)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Headrace.Broker" && instrument.Meter.Tags!.Any(tag => tag.Value is string value && value == $"{port}"))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, before) => before + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, before) => before + value));
        listener.Start();
        return listener;
    }
}
