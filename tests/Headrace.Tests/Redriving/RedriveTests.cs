using System.Text;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Redriving;

public sealed class RedriveTests(KafkaUnderTest kafka)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_redrive_to_the_origin_produces_what_was_there_with_the_partition_it_had()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync(Enumerable.Range(0, 30));
        var result = await letters.Service.RedriveAsync(letters.Group, options: new() { Target = RedriveTarget.Origin }, cancellation: Cancellation);

        Assert.Equal((30, 30), (result.Matched, result.Done));
        var copies = TopicReader.ReadAll(kafka, letters.Origin, 3, Confluent.Kafka.IsolationLevel.ReadCommitted);
        Assert.Equal(Enumerable.Range(0, 30).Select(offset => $"v-{offset}").Order(), copies.Select(copy => copy.Message.Value!).Order());
        Assert.All(copies, copy => Assert.Equal(copy.Partition.Value, int.Parse(copy.Message.Value![2..], System.Globalization.CultureInfo.InvariantCulture) % 3));
        Assert.All(copies, copy => Assert.Equal(["tenant", "headrace-redrives"], copy.Message.Headers.Select(header => header.Key)));
        Assert.Equal(0, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
    }

    [Fact]
    public async Task A_second_redrive_finds_nothing_to_do()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync(Enumerable.Range(0, 10));
        await letters.Service.RedriveAsync(letters.Group, cancellation: Cancellation);
        var again = await letters.Service.RedriveAsync(letters.Group, cancellation: Cancellation);
        Assert.Equal((0, 0), (again.Matched, again.Done));
        Assert.Equal(10, letters.Read($"{letters.Origin}.{letters.Group}.redrive").Count);
    }

    [Fact]
    public async Task A_filter_chooses_and_a_dry_run_counts_and_writes_nothing()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync(Enumerable.Range(0, 60), offset => offset % 3 == 0 ? "Shop.NoMoneyException" : "Shop.Errors+GoneException");
        async Task<long> CountAsync(DeadLetterFilter filter) =>
            (await letters.Service.RedriveAsync(letters.Group, filter, new() { IsDryRun = true }, cancellation: Cancellation)).Matched;

        Assert.Equal(60, await CountAsync(new()));
        Assert.Equal(20, await CountAsync(new() { Exception = "NoMoneyException" }));
        Assert.Equal(40, await CountAsync(new() { Exception = "GoneException" }));
        Assert.Equal(0, await CountAsync(new() { Exception = "MoneyException" }));
        Assert.Equal(0, await CountAsync(new() { Handler = "OrderCancelled" }));
        Assert.Equal(6, await CountAsync(new() { Key = "k-3" }));
        Assert.Equal(30, await CountAsync(new() { Headers = new Dictionary<string, string?> { ["tenant"] = "acme" } }));
        Assert.Equal(60, await CountAsync(new() { Headers = new Dictionary<string, string?> { ["tenant"] = null } }));
        Assert.Equal(10, await CountAsync(new() { From = new(2026, 1, 2, 3, 4, 50, TimeSpan.Zero) }));
        Assert.Equal(50, await CountAsync(new() { Until = new(2026, 1, 2, 3, 4, 50, TimeSpan.Zero) }));
        Assert.Equal(1, await CountAsync(new() { Position = new(letters.Topic, 2, 5) }));
        Assert.Equal(0, await CountAsync(new() { Position = new(letters.Topic, 2, 500) }));
        Assert.Empty(letters.Read($"{letters.Origin}.{letters.Group}.redrive"));

        var result = await letters.Service.RedriveAsync(letters.Group, new() { Key = "k-3", Exception = "NoMoneyException" }, cancellation: Cancellation);
        Assert.Equal([new("Shop.NoMoneyException", 2)], result.ByException);
        Assert.Equal(["v-33", "v-3"], letters.Read($"{letters.Origin}.{letters.Group}.redrive").Select(copy => copy.Value).OrderDescending());
        Assert.Equal(58, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
    }

    [Fact]
    public async Task Copies_of_one_failure_count_and_are_redriven_once_and_a_failure_after_a_redrive_is_another()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync([7, 7, 8]);
        Assert.Equal(2, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
        Assert.Equal(2, (await letters.Service.RedriveAsync(letters.Group, cancellation: Cancellation)).Done);
        await letters.WriteAsync([7]);
        Assert.Equal(0, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
        // What the group makes of a copy that fails again: the copy's own headers come first, ours of the failure after them.
        await letters.WriteAgainAsync(7, redrives: 1);
        var waiting = await letters.Service.BrowseAsync(letters.Group, cancellation: Cancellation).ToListAsync(Cancellation);
        Assert.Equal(1, Assert.Single(waiting).Failure.Redrives);
        Assert.Equal(1, (await letters.Service.RedriveAsync(letters.Group, cancellation: Cancellation)).Done);
        Assert.Equal(["1", "1", "2"], letters.Headers($"{letters.Origin}.{letters.Group}.redrive", "headrace-redrives").Order());
    }

    [Fact]
    public async Task One_is_edited_and_redriven_and_the_rest_stays()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync(Enumerable.Range(0, 6));
        var one = await letters.Service.BrowseAsync(letters.Group, new() { Key = "k-4" }, Cancellation).SingleAsync(Cancellation);
        Assert.Equal("too poor", one.Failure.ExceptionMessage);
        await letters.Service.RedriveAsync(
            letters.Group,
            new() { Position = one.Position },
            new() { Target = RedriveTarget.Origin, Edit = (letter, copy) => copy with { Value = Encoding.UTF8.GetBytes($"edited {letter.Failure.Origin.Offset}") } },
            cancellation: Cancellation);
        Assert.Equal([("k-4", "edited 4")], letters.Read(letters.Origin));
        Assert.Equal(5, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
        await Assert.ThrowsAsync<ArgumentException>(() => letters.Service.RedriveAsync(
            letters.Group, options: new() { Edit = (_, copy) => copy with { Topic = "elsewhere" } }, cancellation: Cancellation));
        Assert.Equal(5, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
    }

    [Fact]
    public async Task What_is_discarded_waits_no_longer_and_goes_nowhere()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync(Enumerable.Range(0, 6));
        var result = await letters.Service.DiscardAsync(letters.Group, new() { Key = "k-2" }, new() { By = "ops@shop" }, cancellation: Cancellation);
        Assert.Equal(1, result.Done);
        Assert.Equal(5, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
        Assert.True((await letters.Service.BrowseAsync(letters.Group, new() { Key = "k-2", IncludesResolved = true }, Cancellation).SingleAsync(Cancellation)).IsResolved);
        Assert.Empty(letters.Read(letters.Origin));
        var audit = letters.Read("headrace.audit", 1).Where(entry => entry.Key == letters.Group).Select(entry => entry.Value!).ToList();
        Assert.Equal(2, audit.Count);
        Assert.Contains("\"phase\":\"started\"", audit[0], StringComparison.Ordinal);
        Assert.Contains("\"phase\":\"completed\"", audit[1], StringComparison.Ordinal);
        Assert.All(audit, entry => Assert.Contains("\"by\":\"ops@shop\",\"action\":\"discarded\"", entry, StringComparison.Ordinal));
        Assert.Contains("key = k-2", audit[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redrive_that_is_stopped_half_way_is_finished_by_the_next_without_a_loss_or_a_double()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        await letters.WriteAsync(Enumerable.Range(0, 3_000), offset => offset % 3 == 0 ? "Shop.NoMoneyException" : "Shop.GoneException");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var steps = new Steps(progress => progress.Done >= 400, stop);
        var options = new RedriveOptions { Rate = 2_000 };
        var filter = new DeadLetterFilter { Exception = "GoneException" };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => letters.Service.RedriveAsync(letters.Group, filter, options, steps, stop.Token));

        Assert.InRange(steps.Seen[^1].Done, 400, 1_999);
        Assert.True(steps.Seen.Zip(steps.Seen.Skip(1)).All(pair => pair.First.Done <= pair.Second.Done && pair.Second.ToScan == 3_000));
        var rest = await letters.Service.RedriveAsync(letters.Group, filter, cancellation: Cancellation);
        Assert.Equal(2_000 - steps.Seen[^1].Done, rest.Done);
        var copies = letters.Read($"{letters.Origin}.{letters.Group}.redrive");
        Assert.Equal(Enumerable.Range(0, 3_000).Where(offset => offset % 3 != 0).Select(offset => $"v-{offset}").Order(), copies.Select(copy => copy.Value!).Order());
        Assert.Equal(1_000, Assert.Single(await letters.Service.ListAsync(letters.Group, Cancellation)).Depth);
    }

    [Fact]
    public async Task A_group_without_dead_letters_is_named()
    {
        await using var letters = await Letters.CreateAsync(kafka);
        var unknown = await Assert.ThrowsAsync<ArgumentException>(() => letters.Service.RedriveAsync("nobody", cancellation: Cancellation));
        Assert.StartsWith("Group 'nobody' has no dead-letter topic", unknown.Message, StringComparison.Ordinal);
        var topic = await Assert.ThrowsAsync<ArgumentException>(() => letters.Service.RedriveAsync(letters.Group, new() { Topic = "orders" }, cancellation: Cancellation));
        Assert.Contains($"It has some for: {letters.Origin}.", topic.Message, StringComparison.Ordinal);
    }

    private sealed class Steps(Predicate<RedriveProgress> isEnough, CancellationTokenSource stop) : IProgress<RedriveProgress>
    {
        public List<RedriveProgress> Seen { get; } = [];

        public void Report(RedriveProgress value)
        {
            Seen.Add(value);
            if (isEnough(value))
            {
                stop.Cancel();
            }
        }
    }
}
