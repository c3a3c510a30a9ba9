namespace Headrace.Tests.TestKit;

public sealed class TestTimeTests
{
    [Fact]
    public void It_passes_and_is_moved_on()
    {
        var time = new TestTime();
        var (began, at) = (time.GetTimestamp(), time.GetUtcNow());
        time.Advance(TimeSpan.FromHours(2));
        Assert.True(time.GetElapsedTime(began) >= TimeSpan.FromHours(2));
        Assert.True(time.GetUtcNow() - at >= TimeSpan.FromHours(2));
        Assert.Equal(TimeSpan.FromHours(2), time.Moved);
        Assert.Throws<ArgumentOutOfRangeException>(() => time.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public async Task What_waits_for_hours_is_due_when_time_is_moved_so_far_and_not_before()
    {
        var time = new TestTime();
        var delay = Task.Delay(TimeSpan.FromHours(3), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromHours(2));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_periodic_timer_ticks_after_every_move()
    {
        var time = new TestTime();
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        for (var tick = 0; tick < 3; tick++)
        {
            var next = timer.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask();
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromHours(1));
            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
    }
}
