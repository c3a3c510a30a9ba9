using System.Globalization;
using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>
/// What one run of a consumer is made of: two native handles – the membership, which subscribes, answers rebalances and commits, and the fetcher, which
/// never subscribes, so that a rebalance does not pause it, with a second one where topics are read along – and the steps a record takes. The loop owns all of it.
/// </summary>
internal sealed class ConsumerParts : IDisposable
{
    private const string Category = "Headrace.Consuming";
    private ConsumerHandle? _fetcher;
    private ConsumerHandle? _companionFetcher;
    private readonly Action<TrackedRecord> _pass;
    private readonly GroupTransactions? _transactions;
    private Task<NativeError> _warmed = Task.FromResult(default(NativeError));

    public ConsumerParts(ConsumerOptions options, RecordDelegate handle, ConsumerStatus status, ILoggerFactory loggers, TimeProvider time)
    {
        var log = loggers.CreateLogger(Category);
        (Options, Status, Log, Time) = (options, status, log, time);
        using var configuration = ConsumerConfiguration.ForMembership(options, log);
        SessionTimeout = TimeSpan.FromMilliseconds(int.Parse(configuration.Get("session.timeout.ms") ?? "45000", CultureInfo.InvariantCulture));
        const EventKinds Events = EventKinds.Rebalance | EventKinds.OffsetCommit | EventKinds.Error | EventKinds.Log;
        Membership = new(configuration, Events);
        Records = new(static message => NativeMessage.FromPointer(message).Destroy());
        Workers = new(handle, options.Workers, new(Signal.Set), options.GroupId);
        Scheduler = new(options.Ordering, Workers, Records, time, options.BatchOf is { } batchOf ? new(batchOf, Workers, time) : null, isStretched: options is { BatchOf: null, HasTransactions: false });
        _pass = Records.Pass;
        _transactions = options.HasTransactions ? new(options, Membership, loggers, Signal.Set) : null;
        Committer = new(options, Membership, _transactions, status, log, time);
        Topics = new(options, Membership, status, log, time);
        Abandoned = new(this);
    }

    public ConsumerOptions Options { get; }

    public ConsumerStatus Status { get; }

    public ILogger Log { get; }

    public TimeProvider Time { get; }

    /// <summary>How long the coordinator keeps a member of which it hears nothing.</summary>
    public TimeSpan SessionTimeout { get; }

    /// <summary>What the loop waits on.</summary>
    public QueueSignal Signal { get; } = new();

    public ConsumerHandle Membership { get; }

    /// <summary>The fetcher, once it is open.</summary>
    public ConsumerHandle Fetcher => _fetcher ?? throw new InvalidOperationException("The fetcher is not open.");

    public bool IsFetching => _fetcher is not null;

    /// <summary>
    /// The fetcher of companions, once it is open. They have their own: they are mostly idle, and a fetch of idle partitions keeps a busy one waiting.
    /// </summary>
    public ConsumerHandle CompanionFetcher => _companionFetcher ?? throw new InvalidOperationException("The companions' fetcher is not open.");

    public bool IsFetchingCompanions => _companionFetcher is not null;

    public RecordPool Records { get; }

    public WorkerPool Workers { get; }

    public LaneScheduler Scheduler { get; }

    public Committer Committer { get; }

    public TopicSubscription Topics { get; }

    /// <summary>Handlers that still run of partitions that were given up, by this run or by one before it.</summary>
    public AbandonedHandlers Abandoned { get; }

    /// <summary>Ends every patience. Set before the stop is asked for.</summary>
    public CancellationToken StopDeadline { get; set; }

    /// <summary>Opens the fetcher and lets it connect meanwhile: the first fetch after an assignment would otherwise wait for that.</summary>
    public void OpenFetcher(int partitions)
    {
        if (_fetcher is null)
        {
            using var configuration = ConsumerConfiguration.ForFetching(Options, partitions, Log);
            var fetcher = _fetcher = new(configuration, EventKinds.Error | EventKinds.Log);
            fetcher.Queue.Watch(Signal);
            _warmed = Task.Run(() => fetcher.TryReadMetadata(onlyKnownTopics: false, TimeSpan.FromSeconds(5), out _));
        }
    }

    /// <summary>Opens the fetcher of companions.</summary>
    public void OpenCompanionFetcher()
    {
        if (_companionFetcher is null)
        {
            using var configuration = ConsumerConfiguration.ForFetching(Options, partitions: 1, Log);
            _companionFetcher = new(configuration, EventKinds.Error | EventKinds.Log);
            _companionFetcher.Queue.Watch(Signal);
        }
    }

    /// <summary>The handle that fetches a partition.</summary>
    public ConsumerHandle FetcherOf(AssignedPartition partition) => partition.Companion is null ? Fetcher : CompanionFetcher;

    /// <summary>Shows an error that lasts until its source is cleared, and logs it once.</summary>
    public void TellOnce(string source, string text)
    {
        if (Status.Raise(source, text))
        {
            Log.Error(Options.GroupId, source, text);
        }
    }

    /// <summary>Moves a partition's watermark past what is settled.</summary>
    public void Advance(AssignedPartition partition)
    {
        if (partition.Stretch is { } stretch)
        {
            partition.Tracker.MoveTo(stretch.Position, stretch.LeaderEpoch);
            return;
        }

        partition.Outputs ??= Options.HasTransactions ? new(Records) : null;
        partition.Tracker.Advance(partition.Outputs?.Pass ?? _pass);
    }

    /// <summary>Waits for look-ups that use the handles, then destroys the handles. No native message may be held.</summary>
    public void Dispose()
    {
        _transactions?.Dispose();
        Topics.Finish();
        _warmed.Wait(TimeSpan.FromSeconds(6));
        _fetcher?.Dispose();
        _companionFetcher?.Dispose();
        Membership.Dispose();
        Signal.Dispose();
    }
}
