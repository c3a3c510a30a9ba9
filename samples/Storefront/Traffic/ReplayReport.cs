namespace Storefront.Traffic;

/// <summary>What became of a replayed file. Written by several lanes.</summary>
internal sealed class ReplayReport
{
    private readonly SortedDictionary<string, int> _rejected = new(StringComparer.Ordinal);
    private int _accepted;
    private int _cancelled;

    public int Accepted => _accepted;

    public int Cancelled => _cancelled;

    public IReadOnlyDictionary<string, int> Rejected
    {
        get
        {
            lock (_rejected)
            {
                return new SortedDictionary<string, int>(_rejected, StringComparer.Ordinal);
            }
        }
    }

    public void Count(Answer answer, bool cancellation)
    {
        if (answer.Accepted)
        {
            Interlocked.Increment(ref cancellation ? ref _cancelled : ref _accepted);
            return;
        }

        lock (_rejected)
        {
            var reason = answer.Reason ?? "unknown";
            _rejected[reason] = _rejected.GetValueOrDefault(reason) + 1;
        }
    }

    /// <summary>"accepted 401, cancelled 43, rejected 68 (no customer 68)".</summary>
    public override string ToString()
    {
        var rejected = Rejected;
        var reasons = rejected.Count == 0 ? "" : $" ({string.Join(", ", rejected.Select(reason => $"{reason.Key} {reason.Value}"))})";
        return $"accepted {Accepted}, cancelled {Cancelled}, rejected {rejected.Values.Sum()}{reasons}";
    }
}
