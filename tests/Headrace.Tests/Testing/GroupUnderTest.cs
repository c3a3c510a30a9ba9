using Headrace.Failures;
using Headrace.Handlers;
using Headrace.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Testing;

/// <summary>One mapped group without Kafka: records go in by hand, what it produces is kept.</summary>
internal sealed class GroupUnderTest : IDisposable
{
    private readonly GroupPipeline _pipeline;

    public GroupUnderTest(
        Action<ConsumerGroupBuilder> map, Action<IServiceCollection>? register = null, int deadLetterPartitions = 6, MessageFilter? awaitProduced = null, IMessageFormat? format = null)
    {
        var services = new ServiceCollection();
        register?.Invoke(services);
        services.AddSingleton(new ServiceLifetimes(services));
        Services = services.BuildServiceProvider(validateScopes: true);
        var topology = new HeadraceTopology("kafka");
        if (format is not null)
        {
            topology.Format = format;
        }

        map(topology.MapConsumerGroup("billing"));
        topology.Seal();
        var faults = new List<string>();
        var models = topology.Validate(Services, faults);
        if (faults.Count > 0)
        {
            throw new HeadraceConfigurationException(faults);
        }

        Companions = new(models[0], Time, Parked);
        _pipeline = new(models[0], new()
        {
            Parked = Parked,
            Wake = (topic, partition, key) => Woken(topic, partition, key),
            FindOwnTopic = name => Companions.Of("orders").Any() ? Companions.Find(name) : null,
            Services = Services,
            Loggers = Log,
            Time = Time,
            ResultFormat = topology.Format,
            Produce = ProduceAsync,
            ProduceDeadLetter = ProduceAsync,
            DeadLetterPartitions = (_, _) => new(deadLetterPartitions),
            AwaitProduced = awaitProduced,
        });
    }

    public GroupCompanions Companions { get; }

    public ParkedPartitions Parked { get; } = new();

    public ServiceProvider Services { get; }

    public Lines Log { get; } = new();

    public ManualTime Time { get; } = new();

    /// <summary>What was produced and acknowledged.</summary>
    public List<OutgoingRecord> Produced { get; } = [];

    /// <summary>Says why a record cannot be produced; <see langword="null"/> when it can.</summary>
    public Func<OutgoingRecord, Exception?> Refuse { get; set; } = _ => null;

    /// <summary>Told of keys that need not wait any longer.</summary>
    public Action<string, int, RecordKey> Woken { get; set; } = (_, _, _) => { };

    public GroupCounters Counters => _pipeline.Counters;

    public async Task<Settlement> HandleAsync(Record record) => await _pipeline.HandleAsync(record);

    /// <summary>Hands the record out until it is settled, as often as the engine would; says how often that was.</summary>
    public async Task<int> SettleAsync(Record record)
    {
        for (var times = 1; times < 100; times++)
        {
            var settlement = await HandleAsync(record);
            if (settlement.IsSettled)
            {
                return times;
            }

            Time.Advance(settlement.Delay);
            record.Attempt++;
        }

        throw new InvalidOperationException("The record was not settled in 100 times.");
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        Services.Dispose();
        Log.Dispose();
    }

    private async ValueTask<RecordPosition> ProduceAsync(OutgoingRecord record, CancellationToken cancellation)
    {
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        if (Refuse(record) is { } error)
        {
            throw error;
        }

        Produced.Add(record);
        return new(record.Topic, record.Partition ?? 0, Produced.Count - 1);
    }

    private ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation) => ProduceAsync(record with { }, cancellation);
}
