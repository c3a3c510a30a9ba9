namespace Headrace.Hosting;

/// <summary>
/// Handlers start on threads of their own, but what follows an await runs on the thread pool, which adds threads above its minimum only now and then: handlers that block
/// after an await would hold up all others.
/// </summary>
internal static class ThreadPoolMinimum
{
    private const int Most = 1_000;

    /// <summary>Sees to it that the pool has a thread for every worker at once, up to a thousand. Says what the minimum was when it was too low.</summary>
    public static (int Before, int After)? Raise(int workers)
    {
        var wanted = Math.Min(workers, Most);
        ThreadPool.GetMinThreads(out var before, out var completionPorts);
        return wanted > before && ThreadPool.SetMinThreads(wanted, completionPorts) ? (before, wanted) : null;
    }
}
