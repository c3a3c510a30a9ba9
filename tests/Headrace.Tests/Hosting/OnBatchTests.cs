using System.Collections.Concurrent;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

public sealed class OnBatchTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<int[]> _batches = new();

    [Fact]
    public async Task Batches_are_full_or_handled_in_time_and_keep_the_order_of_a_key()
    {
        await using var app = await StartAsync((views, _) => _batches.Enqueue([.. views.Messages.Select(static view => view.Number)]), size: 10);
        await ProduceAsync(app, 25);
        await app.UntilAsync(status => status is { Handled: 25, Lag: 0 }, Group);

        Assert.All(_batches, static batch => Assert.InRange(batch.Length, 1, 10));
        Assert.InRange(_batches.Count, 3, 25);
        var numbers = _batches.SelectMany(static batch => batch).ToList();
        for (var key = 0; key < 3; key++)
        {
            Assert.Equal(Enumerable.Range(0, 25).Where(number => number % 3 == key), numbers.Where(number => number % 3 == key));
        }
    }

    [Fact]
    public async Task A_record_that_the_handler_fails_is_retried_and_dead_lettered_alone()
    {
        await using var app = await StartAsync((views, cancellation) =>
        {
            _batches.Enqueue([.. views.Messages.Select(static view => view.Number)]);
            for (var i = 0; i < views.Count; i++)
            {
                if (views[i].Number == 7)
                {
                    views.Fail(i, new InvalidOperationException($"bad view of {views.KeyOf(i)} at {views.PositionOf(i)}"));
                }
            }
        });
        await ProduceAsync(app, 20);
        await app.UntilAsync(status => status is { Handled: 19, DeadLettered: 1, Lag: 0 }, Group);

        var batches = _batches.ToArray();
        Assert.Equal(2, batches.Count(static batch => batch is [7]));
        Assert.Equal(20 + 2, batches.Sum(static batch => batch.Length));
        var letter = Assert.Single(TopicReader.ReadAll(kafka, $"{Topic}.{Group}.dlt", 2));
        Assert.Equal("k1", letter.Message.Key);
    }

    [Fact]
    public async Task A_batch_that_throws_is_handled_record_by_record_so_that_only_the_bad_one_is_dead_lettered()
    {
        await using var app = await StartAsync((views, _) =>
        {
            _batches.Enqueue([.. views.Messages.Select(static view => view.Number)]);
            if (views.Messages.Any(static view => view.Number == 7))
            {
                throw new InvalidOperationException("one of them is bad");
            }
        });
        await ProduceAsync(app, 20);
        await app.UntilAsync(status => status is { Handled: 19, DeadLettered: 1, Lag: 0 }, Group);

        Assert.Equal(3, _batches.Count(static batch => batch is [7]));
    }

    [Fact]
    public async Task A_record_that_is_no_message_is_dead_lettered_and_the_others_are_handled()
    {
        await using var app = await StartAsync((views, _) => _batches.Enqueue([.. views.Messages.Select(static view => view.Number)]));
        await ProduceAsync(app, 3);
        await app.Producer<string>().ProduceAsync("no view");
        await ProduceAsync(app, 3);
        await app.UntilAsync(status => status is { Handled: 6, DeadLettered: 1, Lag: 0 }, Group);
    }

    [Fact]
    public async Task A_stop_loses_nothing_of_a_part_batch()
    {
        await using (var app = await StartAsync((views, _) => _batches.Enqueue([.. views.Messages.Select(static view => view.Number)]), within: TimeSpan.FromHours(1)))
        {
            await ProduceAsync(app, 5);
            await app.UntilAsync(status => status.Partitions.Sum(static partition => partition.Buffered) == 5, Group);
            await app.StopAsync();
        }

        var before = _batches.Sum(static batch => batch.Length);
        await using var next = await StartAsync((views, _) => _batches.Enqueue([.. views.Messages.Select(static view => view.Number)]));
        await next.UntilAsync(status => status.Lag == 0, Group);
        Assert.Equal(Enumerable.Range(0, 5), _batches.SelectMany(static batch => batch).Order());
        Assert.Equal(0, before);
    }

    [Fact]
    public async Task What_cannot_be_a_batch_is_a_fault_at_startup()
    {
        await using var app = new Application(kafka.Address);
        var group = app.Host.MapConsumerGroup("reports");
        group.MapTopic("none").OnBatch((RecordBatch<View> views) => { }, size: 0, within: TimeSpan.Zero);
        group.MapTopic("large").OnBatch((RecordBatch<View> views) => { }, size: 10_001, within: Soon);
        group.MapTopic("beside").OnBatch((RecordBatch<View> views) => { }, size: 10, within: Soon);
        group.MapTopic("beside").OnTombstone((RecordKey key) => { });
        group.MapTopic("result").OnBatch((RecordBatch<View> views) => views.Count, size: 10, within: Soon).ProduceTo("elsewhere");
        group.MapTopic("record").OnBatch((RecordBatch<View> views, RecordKey key) => { }, size: 10, within: Soon);
        group.MapTopic("one").OnBatch((View view) => { }, size: 10, within: Soon);

        var refused = (await Assert.ThrowsAsync<HeadraceConfigurationException>(app.StartAsync)).Message;

        Assert.Contains("size = 0", refused, StringComparison.Ordinal);
        Assert.Contains("within = 00:00:00", refused, StringComparison.Ordinal);
        Assert.Contains("beside other handlers", refused, StringComparison.Ordinal);
        Assert.Contains("a batch has no key", refused, StringComparison.Ordinal);
        Assert.Contains("'RecordKey key' belongs to one record", refused, StringComparison.Ordinal);
        Assert.Contains("its first parameter is not a RecordBatch", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_the_look_ahead_cannot_hold_is_a_fault_at_startup()
    {
        await using var app = new Application(kafka.Address);
        app.Host.MapConsumerGroup("reports").MapTopic("views").OnBatch((RecordBatch<View> views) => { }, size: 10_001, within: Soon);

        var refused = (await Assert.ThrowsAsync<HeadraceConfigurationException>(app.StartAsync)).Message;

        Assert.Contains("Kafka:Groups:reports:LookAheadRecords", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_class_handles_batches_too_and_needs_no_kafka_to_be_tested()
    {
        var batch = new RecordBatch<View>(new View(1), new View(-1));
        await new Warehouse().HandleAsync(batch, MessageContext.ForTest(batch), TestContext.Current.CancellationToken);
        Assert.Null(batch.FailureOf(0));
        Assert.IsType<ArgumentOutOfRangeException>(batch.FailureOf(1));

        (Topic, Group) = (await kafka.CreateTopicAsync(2), kafka.NewName("g"));
        await using var app = Application();
        app.Host.MapConsumerGroup(Group).MapTopic(Topic).OnBatch<View, Warehouse>(size: 10, within: Soon);
        await app.StartAsync();
        await ProduceAsync(app, 5);
        await app.UntilAsync(status => status is { Handled: 5, Lag: 0 }, Group);
    }

    private string Topic { get; set; } = "";

    private string Group { get; set; } = "";

    private async Task<Application> StartAsync(Action<RecordBatch<View>, CancellationToken> handle, int size = 100, TimeSpan? within = null)
    {
        (Topic, Group) = Topic.Length > 0 ? (Topic, Group) : (await kafka.CreateTopicAsync(2), kafka.NewName("g"));
        var app = Application();
        app.Host.MapConsumerGroup(Group).WithWorkers(4).WithFailurePolicy(static policy => policy.BackOff = TimeSpan.FromMilliseconds(5))
            .MapTopic(Topic).ResolveType(static _ => nameof(View)).OnBatch(handle, size, within ?? Soon);
        await app.StartAsync();
        return app;
    }

    private Application Application()
    {
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<View>(Topic, key: view => $"k{view.Number % 3}").AddProducer<string>(Topic, key: _ => "k0");
        return app;
    }

    private static async Task ProduceAsync(Application app, int count) =>
        await app.Producer<View>().ProduceManyAsync(Enumerable.Range(0, count).Select(static number => new View(number)), cancellation: TestContext.Current.CancellationToken);

    internal sealed record View(int Number);

    internal sealed class Warehouse : IHandler<RecordBatch<View>>
    {
        public Task HandleAsync(RecordBatch<View> views, MessageContext context, CancellationToken cancellation)
        {
            for (var i = 0; i < views.Count; i++)
            {
                if (views[i].Number < 0)
                {
                    views.Fail(i, new ArgumentOutOfRangeException(nameof(views)));
                }
            }

            return Task.CompletedTask;
        }
    }
}
