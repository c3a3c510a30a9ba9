namespace Headrace.Consuming;

/// <summary>What a consumer shows of itself. The loop writes, any thread reads.</summary>
internal sealed class ConsumerStatus
{
    private readonly Lock _gate = new();
    private readonly List<(string Source, string Text)> _errors = [];
    private long _alreadyFinished;
    private long _ignoredMaps;
    private long _replacedTopics;
    private long _cutLogs;
    private long _turned;
    private long _nextTry = long.MaxValue;
    private volatile bool _isConnected;
    private volatile Exception? _fault;
    private volatile IReadOnlyCollection<string> _missingTopics = [];
    private volatile AssignedPartition[] _partitions = [];

    /// <summary>Records that were not handled again because an earlier owner had finished them.</summary>
    public long AlreadyFinished
    {
        get => Volatile.Read(ref _alreadyFinished);
        set => Volatile.Write(ref _alreadyFinished, value);
    }

    /// <summary>Maps of finished offsets that were committed and not gone by.</summary>
    public long IgnoredMaps
    {
        get => Volatile.Read(ref _ignoredMaps);
        set => Volatile.Write(ref _ignoredMaps, value);
    }

    /// <summary>Partitions that started over because their topic was deleted and made again.</summary>
    public long ReplacedTopics
    {
        get => Volatile.Read(ref _replacedTopics);
        set => Volatile.Write(ref _replacedTopics, value);
    }

    /// <summary>Partitions whose log was found cut below what was read of it.</summary>
    public long CutLogs
    {
        get => Volatile.Read(ref _cutLogs);
        set => Volatile.Write(ref _cutLogs, value);
    }

    /// <summary>When the loop began its newest turn, as a timestamp of the clock.</summary>
    public long Turned
    {
        get => Volatile.Read(ref _turned);
        set => Volatile.Write(ref _turned, value);
    }

    /// <summary>When a record whose try failed is next tried again in place, as a timestamp of the clock; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextTry
    {
        get => Volatile.Read(ref _nextTry);
        set => Volatile.Write(ref _nextTry, value);
    }

    public bool IsConnected
    {
        get => _isConnected;
        set => _isConnected = value;
    }

    public Exception? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    public IReadOnlyCollection<string> MissingTopics
    {
        get => _missingTopics;
        set => _missingTopics = value;
    }

    public AssignedPartition[] Partitions
    {
        get => _partitions;
        set => _partitions = value;
    }

    public string? LastError
    {
        get
        {
            lock (_gate)
            {
                return _errors.Count > 0 ? _errors[^1].Text : null;
            }
        }
    }

    /// <summary>An error that lasts until its source is cleared. Says whether it is news.</summary>
    public bool Raise(string source, string text)
    {
        lock (_gate)
        {
            var isNews = !_errors.Contains((source, text));
            _errors.RemoveAll(error => error.Source == source);
            _errors.Add((source, text));
            return isNews;
        }
    }

    /// <summary>The error of this source is over. Says whether there was one.</summary>
    public bool Clear(string source)
    {
        lock (_gate)
        {
            return _errors.RemoveAll(error => error.Source == source) > 0;
        }
    }

    public void ClearAll()
    {
        lock (_gate)
        {
            _errors.Clear();
        }
    }

    // The figures of a partition are the loop's and move while they are read: each for itself is right, together they are of nearly one moment.
    public IReadOnlyList<PartitionSnapshot> PartitionSnapshots(bool companions) =>
        [.. _partitions.Where(partition => companions == partition.Companion is not null).Select(static partition =>
            new PartitionSnapshot(partition.Topic, partition.Partition, partition.Tracker.Watermark, partition.Committed.Offset, partition.Buffered)
            {
                IsPaused = partition is { IsPaused: true, IsCatchingUp: false },
                NextDue = partition.NextDue,
            })];
}
