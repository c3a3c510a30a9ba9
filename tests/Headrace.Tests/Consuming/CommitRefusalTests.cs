using System.Collections.Concurrent;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class CommitRefusalTests
{
    private const int RebalanceInProgress = 27;
    private const int NotCoordinator = 16;
    private const int GroupAuthorizationFailed = 30;
    private const int UnknownMemberId = 25;
    private const int IllegalGeneration = 22;
    private const int FencedInstanceId = 82;

    [Theory]
    [InlineData(RebalanceInProgress)]
    [InlineData(NotCoordinator)]
    [InlineData(GroupAuthorizationFailed)]
    [InlineData(UnknownMemberId)]
    [InlineData(IllegalGeneration)]
    public async Task What_may_pass_is_tried_again_and_nothing_is_lost(int code)
    {
        await using var broker = await DevBroker.StartAsync();
        await using var traffic = new Traffic(broker.BootstrapServers, "orders", "billing");
        using var fault = broker.Faults.On(KafkaApi.OffsetCommit).Group("billing").Times(3).Error(code);
        traffic.Produce(100, static i => "k" + i, partition: 0);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 100, traffic.Describe);
        await Traffic.UntilAsync(() => consumer.Snapshot().LastError is null, traffic.Describe);

        Assert.Equal(3, fault.Hits);
        Assert.Null(consumer.Fault);
        Assert.Equal(100, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task A_fenced_member_stops_and_says_what_to_do()
    {
        await using var broker = await DevBroker.StartAsync();
        await using var traffic = new Traffic(broker.BootstrapServers, "orders", "billing");
        using var fault = broker.Faults.On(KafkaApi.OffsetCommit).Group("billing").Error(FencedInstanceId);
        traffic.Produce(10, static i => "k" + i, partition: 0);
        var consumer = traffic.Consume(traffic.Collect(), traffic.Options(settings: ("group.instance.id", "a")));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().State == ConsumerState.Faulted, traffic.Describe);

        Assert.Contains("group.instance.id", consumer.Fault!.Message, StringComparison.Ordinal);
        Assert.Empty(traffic.Committed());
    }

    [Fact]
    public async Task A_session_that_is_lost_during_a_drain_ends_the_drain_uncommitted()
    {
        await using var broker = await DevBroker.StartAsync();
        await using var traffic = new Traffic(broker.BootstrapServers, "orders", "billing");
        using var lines = new Lines();
        for (var partition = 0; partition < 6; partition++)
        {
            traffic.Produce(1, static _ => "stuck", partition);
        }

        var repaired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancellations = new ConcurrentQueue<CancellationToken>();
        RecordDelegate Handle(string name) => async record =>
        {
            traffic.Note(record, name);
            cancellations.Enqueue(record.Cancellation);
            await repaired.Task.WaitAsync(record.Cancellation);
            return Settlement.Settled;
        };
        var patient = traffic.Options(workers: 8, revokeDrain: TimeSpan.FromMinutes(30));
        var first = traffic.Consume(Handle("first"), patient, lines);
        first.Start();
        await traffic.UntilHandledAsync(6);
        var second = traffic.Consume(Handle("second"), patient);
        second.Start();
        await Traffic.UntilAsync(() => lines.All.Any(static line => line.Contains("[1005]", StringComparison.Ordinal)), traffic.Describe);

        // The first gives partitions up, which takes for ever, and is thrown out meanwhile.
        Assert.NotEqual(0, broker.Faults.ExpireMembers("billing"));
        await Traffic.UntilAsync(() => lines.All.Any(static line => line.Contains("[1021]", StringComparison.Ordinal)), () => $"{traffic.Describe()}; {string.Join(Environment.NewLine, lines.All)}");
        await Traffic.UntilAsync(() => cancellations.Any(static cancellation => cancellation.IsCancellationRequested), traffic.Describe);
        repaired.SetResult();
        await Traffic.UntilAsync(() => traffic.Committed(6).Values.Sum() == 6, traffic.Describe);
        Assert.Null(first.Fault);
        Assert.Null(second.Fault);
    }
}
