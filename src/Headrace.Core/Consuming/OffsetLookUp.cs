using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// Finds where partitions begin: at their committed offset, else where the options say. It waits for the coordinator and for leaders, so it runs on a
/// thread of its own while the loop goes on, and tries until it knows or is cancelled.
/// </summary>
internal sealed class OffsetLookUp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConsumerHandle _membership;
    private readonly ConsumerHandle _fetcher;
    private readonly StartPosition _startAt;
    private readonly Action<string> _onError;

    // onError is told why a try failed, on any thread.
    public OffsetLookUp(ConsumerHandle membership, ConsumerHandle fetcher, StartPosition startAt, Action<string> onError) =>
        (_membership, _fetcher, _startAt, _onError) = (membership, fetcher, startAt, onError);

    /// <summary>Whether every log's end is looked up too.</summary>
    public bool WithEnds { get; init; }

    /// <summary>Where each partition begins.</summary>
    public Task<IReadOnlyList<StartOffset>> FindAsync(IReadOnlyList<TopicPartitionEntry> partitions, Action wake, CancellationToken cancellation) =>
        Run<IReadOnlyList<StartOffset>>(() => Find(partitions, cancellation), wake);

    /// <summary>The log's start and end of a partition, and where the options say to start in it.</summary>
    public Task<LogRange> FindRangeAsync(string topic, int partition, Action wake, CancellationToken cancellation) =>
        Run(() => FindRange(topic, partition, cancellation), wake);

    private static Task<T> Run<T>(Func<T> find, Action wake)
    {
        T FindAndWake()
        {
            try
            {
                return find();
            }
            finally
            {
                wake();
            }
        }

        return Task.Factory.StartNew(FindAndWake, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private List<StartOffset> Find(IReadOnlyList<TopicPartitionEntry> partitions, CancellationToken cancellation)
    {
        // First of all: if the topic is made again meanwhile, that shows later.
        var ids = FindIds(partitions, cancellation);
        var committed = Ask(partitions, list => _membership.ReadCommitted(list, Patience), "committed offsets", cancellation);
        TopicPartitionEntry[] mapped = [.. committed.Where(entry => WithEnds || (entry.Offset >= 0 && entry.Metadata.Length > 0))];
        var ends = mapped.Length == 0
            ? []
            : FindByTime(mapped, TopicPartitionEntry.End, cancellation).ToDictionary(static entry => (entry.Topic, entry.Partition), static entry => entry.Offset);
        var starts = committed.Where(static entry => entry.Offset >= 0)
            .Select(static entry => new StartOffset(entry, IsCommitted: true))
            .ToList();
        TopicPartitionEntry[] missing = [.. committed.Where(static entry => entry.Offset < 0)];
        if (missing.Length > 0)
        {
            starts.AddRange(FindStarts(missing, cancellation).Select(static entry => new StartOffset(entry with { LeaderEpoch = -1 }, IsCommitted: false)));
        }

        return starts.ConvertAll(start => start with
        {
            TopicId = ids.GetValueOrDefault(start.Position.Topic),
            LogEnd = ends.GetValueOrDefault((start.Position.Topic, start.Position.Partition), long.MinValue),
        });
    }

    private Dictionary<string, Guid> FindIds(IEnumerable<TopicPartitionEntry> partitions, CancellationToken cancellation)
    {
        string[] topics = [.. partitions.Select(static entry => entry.Topic).Distinct()];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var error = _membership.ReadTopicIds(topics, Patience, out var identities);
            if (error.IsNone)
            {
                return identities.ToDictionary(static identity => identity.Name, static identity => identity.Id);
            }

            if (error.Code == ErrorCode.UnsupportedFeature)
            {
                return [];
            }

            _onError($"The ids of the topics could not be read: {error}. It is tried again");
            cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(100));
        }
    }

    private LogRange FindRange(string topic, int partition, CancellationToken cancellation)
    {
        TopicPartitionEntry[] one = [new(topic, partition)];
        var id = FindIds(one, cancellation).GetValueOrDefault(topic);
        var (low, high) = (FindByTime(one, TopicPartitionEntry.Beginning, cancellation)[0].Offset, FindByTime(one, TopicPartitionEntry.End, cancellation)[0].Offset);
        return new(low, high, FindStarts(one, cancellation)[0].Offset, id);
    }

    private IReadOnlyList<TopicPartitionEntry> FindStarts(IReadOnlyList<TopicPartitionEntry> partitions, CancellationToken cancellation)
    {
        if (_startAt.Time is not { } time)
        {
            return FindByTime(partitions, _startAt.IsLatest ? TopicPartitionEntry.End : TopicPartitionEntry.Beginning, cancellation);
        }

        var found = FindByTime(partitions, time.ToUnixTimeMilliseconds(), cancellation);
        TopicPartitionEntry[] none = [.. found.Where(static entry => entry.Offset < 0)];
        return none.Length == 0
            ? found
            : [.. found.Where(static entry => entry.Offset >= 0), .. FindByTime(none, TopicPartitionEntry.End, cancellation)];
    }

    // Kafka's ListOffsets: a time, or -2 for the beginning and -1 for the end.
    private IReadOnlyList<TopicPartitionEntry> FindByTime(IEnumerable<TopicPartitionEntry> partitions, long time, CancellationToken cancellation) => Ask(
        partitions.Select(entry => new TopicPartitionEntry(entry.Topic, entry.Partition, time)),
        list => _fetcher.FindOffsetsByTime(list, Patience),
        "start offsets",
        cancellation);

    private IReadOnlyList<TopicPartitionEntry> Ask(
        IEnumerable<TopicPartitionEntry> partitions, Func<TopicPartitionList, NativeError> ask, string what, CancellationToken cancellation)
    {
        TopicPartitionEntry[] wanted = [.. partitions];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            using var list = new TopicPartitionList(wanted);
            var error = ask(list);
            var answers = list.Read();
            var failed = answers.FirstOrDefault(static entry => entry.Error != ErrorCode.None);
            if (error.IsNone && failed.Error == ErrorCode.None)
            {
                return answers;
            }

            _onError($"The {what} could not be read: {(error.IsNone ? new NativeError(failed.Error) : error)}. It is tried again");
            cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(100));

            // What the fetcher knows may be older than the topic's last partitions.
            _fetcher.TryReadMetadata(onlyKnownTopics: true, Patience, out _);
        }
    }
}
