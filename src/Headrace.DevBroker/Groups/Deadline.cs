namespace Headrace.Broker.Groups;

/// <summary>
/// Something that happens under the coordinator's lock unless it is moved or cleared before. Whoever sets or clears it holds that lock too, so a timer that has
/// already fired, and waits for the lock, does nothing once the deadline was changed.
/// </summary>
internal sealed class Deadline(Lock coordinator, TimeProvider time, Action elapsed)
{
    private ITimer? _timer;
    private long _setting;

    public void Set(TimeSpan after)
    {
        Clear();
        var setting = _setting;
        _timer = time.CreateTimer(_ => Elapse(setting), state: null, after, Timeout.InfiniteTimeSpan);
    }

    public void Clear()
    {
        _setting++;
        _timer?.Dispose();
        _timer = null;
    }

    private void Elapse(long setting)
    {
        lock (coordinator)
        {
            if (setting == _setting)
            {
                Clear();
                elapsed();
            }
        }
    }
}
