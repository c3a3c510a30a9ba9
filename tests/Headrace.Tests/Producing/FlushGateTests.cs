using Headrace.Producing;

namespace Headrace.Tests.Producing;

public sealed class FlushGateTests
{
    [Fact]
    public async Task A_flush_waits_for_what_came_before_it_and_for_nothing_after()
    {
        var gate = new FlushGate();
        var before = gate.Add();
        var flush = gate.WhenDone();
        var after = gate.Add();
        Assert.False(flush.IsCompleted);

        before.Remove();
        await flush.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        var second = gate.WhenDone();
        Assert.False(second.IsCompleted);
        after.Remove();
        await second.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_later_flush_also_waits_for_what_an_earlier_one_waits_for()
    {
        var gate = new FlushGate();
        var open = gate.Add();
        _ = gate.WhenDone();
        var second = gate.WhenDone();
        Assert.False(second.IsCompleted);
        open.Remove();
        await second.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Nothing_produced_means_nothing_to_wait_for() => Assert.True(new FlushGate().WhenDone().IsCompleted);
}
