namespace Headrace.Consuming;

/// <summary>What workers report to the loop: many push chains of records, one takes all.</summary>
internal sealed class Reports
{
    private readonly Action _signal;
    private TrackedRecord? _top;

    /// <param name="signal">Wakes the loop; any thread.</param>
    public Reports(Action signal) => _signal = signal;

    /// <summary>Pushes a chain that leads from its newest record to its oldest.</summary>
    public void Push(TrackedRecord newest, TrackedRecord oldest)
    {
        var top = Volatile.Read(ref _top);
        while (true)
        {
            oldest.NextReport = top;
            var seen = Interlocked.CompareExchange(ref _top, newest, top);
            if (seen == top)
            {
                break;
            }

            top = seen;
        }

        // Whoever found the stack empty wakes the loop; it takes what others push until then, too.
        if (top is null)
        {
            _signal();
        }
    }

    /// <summary>Takes everything, as a chain that leads from the oldest to the newest.</summary>
    public TrackedRecord? TakeAll()
    {
        var record = Volatile.Read(ref _top) is null ? null : Interlocked.Exchange(ref _top, null);
        TrackedRecord? oldest = null;
        while (record is not null)
        {
            (record.NextReport, oldest, record) = (oldest, record, record.NextReport);
        }

        return oldest;
    }
}
