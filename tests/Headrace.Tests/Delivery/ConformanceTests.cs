using System.Collections.Concurrent;
using System.Text;
using Headrace.Tests.Consuming;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Delivery;

/// <summary>What any messaging library must hold, scenario by scenario. Those of Kafka's own are in the other files of this folder.</summary>
public sealed class ConformanceTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_was_produced_before_anyone_reads_arrives_with_key_value_and_headers()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        await using var producer = Producer();
        var seen = new ConcurrentDictionary<string, string>();
        for (var i = 0; i < 100; i++)
        {
            await producer.ProduceAsync(Outgoing(traffic.Topic, i, new RecordHeaders { ["number"] = $"h{i}" }), TestContext.Current.CancellationToken);
        }

        var consumer = traffic.Consume(record =>
        {
            seen[record.CopyKey().ToString()] = $"{Encoding.UTF8.GetString(record.Value)} {record.Headers["number"]}";
            return ValueTask.FromResult(Settlement.Settled);
        });
        consumer.Start();
        await Traffic.UntilAsync(() => seen.Count == 100, traffic.Describe);

        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal($"v{i} h{i}", seen[$"k{i}"]));
    }

    [Fact]
    public async Task Many_produce_and_many_members_consume_at_once()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 10);
        await using var producer = Producer();
        for (var member = 0; member < 5; member++)
        {
            traffic.Consume(traffic.Collect("m" + member)).Start();
        }

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => producer.ProduceManyAsync(
            [.. Enumerable.Range(0, 40).Select(i => Outgoing(traffic.Topic, i))], cancellation: TestContext.Current.CancellationToken)));
        await Traffic.UntilAsync(() => traffic.Committed(10).Values.Sum() == 2_000, traffic.Describe);

        Assert.Equal(2_000, Distinct(traffic));
    }

    [Fact]
    public async Task Consumers_of_many_topics_each_get_theirs_and_nothing_else()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Traffic.OnAsync(kafka)));
        for (var i = 0; i < all.Length; i++)
        {
            all[i].Consume(all[i].Collect()).Start();
            all[i].Produce(10 + i, static number => "k" + number);
        }

        for (var i = 0; i < all.Length; i++)
        {
            await all[i].UntilHandledAsync(10 + i);
            Assert.Equal(10 + i, all[i].Handled.Count);
            Assert.All(all[i].Handled, handled => Assert.Equal(all[i].Topic, handled.Position.Topic));
            await all[i].DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_not_settled_is_handed_out_again_and_the_next_of_its_key_waits()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(100, static i => "k" + (i % 50));
        var again = new ConcurrentDictionary<long, int>();
        var consumer = traffic.Consume(record =>
        {
            traffic.Note(record);
            return new(record.Offset < 2 && again.AddOrUpdate(record.Offset, 1, static (_, times) => times + 1) < 4 ? Settlement.RetryAfter(TimeSpan.FromMilliseconds(20)) : Settlement.Settled);
        });
        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 100, traffic.Describe);

        Assert.Equal(106, traffic.Handled.Count);
        Assert.Equal([0, 0, 0, 0, 50], traffic.Handled.Where(static handled => handled.Key == "k0").Select(static handled => handled.Position.Offset));
    }

    [Fact]
    public async Task A_member_that_stops_and_starts_goes_on_where_it_was()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(200, static i => "k" + i);
        for (var batch = 1; batch <= 4; batch++)
        {
            var consumer = traffic.Consume(
                async record =>
                {
                    traffic.Note(record);
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
                    return Settlement.Settled;
                });
            consumer.Start();
            await traffic.UntilHandledAsync(batch * 40);
            await consumer.StopAsync(Traffic.In(Long));
        }

        traffic.Consume(traffic.Collect()).Start();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 200, traffic.Describe);
        Assert.Equal(200, Distinct(traffic));
        Assert.Equal(200, traffic.Handled.Count);
    }

    [Fact]
    public async Task Members_that_open_and_close_at_once_leave_the_group_usable()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 3);
        var members = Enumerable.Range(0, 8).Select(_ => traffic.Consume(traffic.Collect())).ToList();
        await Task.WhenAll(members.Select(static async member =>
        {
            member.Start();
            await Task.Yield();
            await member.StopAsync(Traffic.In(Long));
        }));
        traffic.Produce(50, static i => "k" + i);
        traffic.Consume(traffic.Collect()).Start();
        await traffic.UntilHandledAsync(50);

        Assert.Equal(50, Distinct(traffic));
    }

    [Fact]
    public async Task Members_that_fault_leave_everything_to_the_next()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(50, static _ => "same");
        for (var i = 0; i < 3; i++)
        {
            var fails = traffic.Consume(static record => record.Offset == 0 ? throw new InvalidOperationException("cannot") : ValueTask.FromResult(Settlement.Settled));
            fails.Start();
            await Traffic.UntilAsync(() => fails.Fault is not null, traffic.Describe);
            await fails.StopAsync(Traffic.In(Long));
        }

        traffic.Consume(traffic.Collect()).Start();
        await traffic.UntilHandledAsync(50);
        Assert.Equal(50, Distinct(traffic));
    }

    [Fact]
    public async Task The_order_of_sixteen_keys_holds_over_many_members()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 6);
        traffic.Produce(1_000, static i => "type" + (i % 16));
        for (var member = 0; member < 6; member++)
        {
            traffic.Consume(traffic.Collect("m" + member), traffic.Options(workers: 8)).Start();
        }

        await Traffic.UntilAsync(() => traffic.Committed(6).Values.Sum() == 1_000, traffic.Describe);
        foreach (var lane in traffic.Handled.GroupBy(static handled => handled.Key))
        {
            var offsets = lane.Select(static handled => handled.Position.Offset).Distinct().ToList();
            Assert.Equal(offsets.Order(), offsets);
        }
    }

    [Fact]
    public async Task A_producer_that_is_disposed_has_stored_everything()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 3);
        var delivered = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            await using var producer = Producer(("linger.ms", "100"));
            for (var i = 0; i < 200; i++)
            {
                producer.Produce(Outgoing(traffic.Topic, i), (_, failure) => Interlocked.Add(ref delivered, failure is null ? 1 : 0));
            }
        })));

        Assert.Equal(2_000, delivered);
        Assert.Equal(2_000, TopicReader.ReadAll(kafka, traffic.Topic, 3).Count);
    }

    [Fact]
    public async Task A_handler_s_token_fires_when_its_consumer_is_stopped_past_the_deadline_and_not_before()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(1, static _ => "a");
        CancellationToken token = default;
        var consumer = traffic.Consume(async record =>
        {
            token = record.Cancellation;
            traffic.Note(record);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
            return Settlement.Settled;
        });
        consumer.Start();
        await traffic.UntilHandledAsync(1);
        Assert.False(token.IsCancellationRequested);
        await consumer.StopAsync(new(canceled: true));
        await Traffic.UntilAsync(() => token.IsCancellationRequested, traffic.Describe);
    }

    [Fact]
    public async Task Every_group_gets_everything_whenever_it_comes()
    {
        await using var first = await Traffic.OnAsync(kafka, partitions: 2);
        for (var i = 1; i <= 3; i++)
        {
            first.Produce(20, static number => "k" + number);
            await using var group = new Traffic(kafka.Address, first.Topic, kafka.NewName("group"));
            group.Consume(group.Collect()).Start();
            await Traffic.UntilAsync(() => group.Committed(2).Values.Sum() == i * 20, group.Describe);
            Assert.Equal(i * 20, Distinct(group));
        }
    }

    private static OutgoingRecord Outgoing(string topic, int number, RecordHeaders? headers = null) =>
        new(topic, $"k{number}", Encoding.UTF8.GetBytes($"v{number}")) { Headers = headers };

    private static int Distinct(Traffic traffic) => traffic.Handled.Select(static handled => handled.Position).Distinct().Count();

    private RecordProducer Producer(params (string Name, string Value)[] settings) => new(
        new Dictionary<string, string>(settings.Select(static setting => KeyValuePair.Create(setting.Name, setting.Value))) { ["bootstrap.servers"] = kafka.Address },
        NullLoggerFactory.Instance);
}
