namespace Storefront.Status;

/// <summary>What this process did lately: written by endpoints and handlers, read by the status page.</summary>
internal sealed class Journal(TimeProvider time)
{
    private const int Kept = 40;
    private readonly Queue<RecentEvent> _recent = new(Kept);
    private long _rejected;

    /// <summary>Requests that were not accepted. A 503 is not a rejection: the caller sends the same again.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>The newest first.</summary>
    public IReadOnlyList<RecentEvent> Recent
    {
        get
        {
            lock (_recent)
            {
                return [.. _recent.Reverse()];
            }
        }
    }

    public void Reject(string field, string reason)
    {
        Interlocked.Increment(ref _rejected);
        Note("shop", "rejected", field, reason);
    }

    public void Note(string by, string what, string subject, string detail, object? message = null)
    {
        var entry = new RecentEvent(time.GetUtcNow(), by, what, subject, detail, message);
        lock (_recent)
        {
            if (_recent.Count == Kept)
            {
                _recent.Dequeue();
            }

            _recent.Enqueue(entry);
        }
    }
}
