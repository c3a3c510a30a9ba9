using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Headrace.Failures;

/// <summary>What one process has done with the records of a group since it started. Written by workers, read by whoever shows the status.</summary>
internal sealed class GroupCounters
{
    /// <summary>Names come from the wire: beyond this many, what is skipped is counted together.</summary>
    private const int MaxNames = 100;

    private const string Others = "(others)";

    private readonly ConcurrentDictionary<string, StrongBox<long>> _skipped = new();
    private readonly List<HandledTally> _tallies = [];
    private long _handled;
    private long _failed;
    private long _retried;
    private long _deadLettered;
    private volatile string? _lastError;

    /// <summary>Records handled to the end.</summary>
    public long Handled
    {
        get
        {
            lock (_tallies)
            {
                return Interlocked.Read(ref _handled) + _tallies.Sum(static tally => tally.Count);
            }
        }
    }

    /// <summary>Tries that ended in an exception.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Those of them after which the record was to be tried again.</summary>
    public long Retried => Interlocked.Read(ref _retried);

    /// <summary>Records that were acknowledged by a dead-letter topic.</summary>
    public long DeadLettered => Interlocked.Read(ref _deadLettered);

    /// <summary>The newest failure: what, where and why; without payload.</summary>
    public string? LastError => _lastError;

    /// <summary>Records settled unhandled, by their type's name.</summary>
    public IReadOnlyDictionary<string, long> Skipped() => _skipped.ToDictionary(pair => pair.Key, pair => Interlocked.Read(ref pair.Value.Value));

    /// <summary>A count of its own for a thread that handles many.</summary>
    public HandledTally OpenTally()
    {
        var tally = new HandledTally();
        lock (_tallies)
        {
            _tallies.Add(tally);
        }

        return tally;
    }

    /// <summary>Counts a record that was handled; any thread.</summary>
    public void AddHandled() => Interlocked.Increment(ref _handled);

    public void AddFailed(string error)
    {
        Interlocked.Increment(ref _failed);
        _lastError = error;
    }

    public void AddRetried() => Interlocked.Increment(ref _retried);

    public void AddDeadLettered() => Interlocked.Increment(ref _deadLettered);

    /// <summary>A failure that is not a handler's: a dead letter that could not be written.</summary>
    public void NoteError(string error) => _lastError = error;

    /// <summary>Counts a record that was skipped; says whether it is the first of its type.</summary>
    public bool AddSkipped(string type)
    {
        if (!_skipped.TryGetValue(type, out var count))
        {
            count = _skipped.GetOrAdd(_skipped.Count < MaxNames ? type : Others, static _ => new());
        }

        return Interlocked.Increment(ref count.Value) == 1;
    }
}
