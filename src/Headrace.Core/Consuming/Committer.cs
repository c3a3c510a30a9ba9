using Headrace.Clients.Native;
using Headrace.OffsetMaps;
using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>
/// Commits watermarks with the maps of what is finished above them: always an explicit list, one at a time, of partitions that are ours as it is sent. The broker does not fence commits by
/// ownership, so whoever gives partitions up waits until <see cref="IsOutstanding"/> is over. Only the loop uses it.
/// </summary>
internal sealed class Committer
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    // Kafka forgets offsets of topics that nobody subscribes to, seven days after they were committed last.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromHours(1);

    // A transaction that is aborted has been written all the same.
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);

    private readonly string _group;
    private readonly TimeSpan _interval;
    private readonly ConsumerHandle _membership;
    private readonly GroupTransactions? _transactions;
    private readonly ConsumerStatus _status;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly List<(AssignedPartition Partition, CommitPoint Point)> _outstanding = [];
    private readonly OffsetRanges _finished = new();
    private readonly int _mapBytes;
    private long _sent;
    private bool _retries;
    private TimeSpan _backOff;

    /// <param name="options">The group's options.</param>
    /// <param name="membership">Who commits.</param>
    /// <param name="transactions">By what it commits instead, in a group with transactions.</param>
    /// <param name="status">Where a refusal that lasts is seen.</param>
    /// <param name="log">Where it is told.</param>
    /// <param name="time">The clock.</param>
    public Committer(ConsumerOptions options, ConsumerHandle membership, GroupTransactions? transactions, ConsumerStatus status, ILogger log, TimeProvider time)
    {
        (_group, _interval, _membership, _status, _log, _time) = (options.GroupId, options.CommitInterval, membership, status, log, time);
        _transactions = transactions;
        // What handlers produced waits for the watermark, so nothing above it is finished.
        _mapBytes = transactions is null ? options.OffsetMapBytes : 0;
        _sent = time.GetTimestamp();
        _backOff = _interval;
    }

    /// <summary>A commit has been sent and its result is not known.</summary>
    public bool IsOutstanding => _outstanding.Count > 0;

    /// <summary>How long a commit has been without an answer.</summary>
    public TimeSpan OutstandingFor => IsOutstanding ? _time.GetElapsedTime(_sent) : TimeSpan.Zero;

    /// <summary>The group has thrown this member out: no commit will be taken until it has joined again.</summary>
    public bool IsLost { get; private set; }

    /// <summary>A refusal that no retry can help.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The member has joined: commits are taken again.</summary>
    public void Joined() => IsLost = false;

    /// <summary>Whether everything that is settled is committed.</summary>
    public bool IsClean(AssignedPartition partition) => IsClean(partition, PointOf(partition));

    /// <summary>Commits what has moved, when it is time.</summary>
    /// <param name="partitions">The partitions that are ours at this moment.</param>
    /// <param name="isUrgent">They are being given up: the interval is not waited for.</param>
    /// <param name="probe">When nothing has moved, this one is committed again as it is: whether that is taken shows whether the session holds.</param>
    /// <param name="prepare">Brings the watermarks up to date; called only when a commit is due.</param>
    public void Tick(IEnumerable<AssignedPartition> partitions, bool isUrgent, AssignedPartition? probe, Action prepare)
    {
        if (_transactions is not null && _transactions.TryTake(out var result))
        {
            Take(result, []);
        }

        var pause = isUrgent ? _retries ? RetryPause : TimeSpan.Zero
            : _retries && _transactions is not null ? _backOff
            : probe is not null && ProbePause < _interval ? ProbePause
            : _interval;
        if (IsOutstanding || IsLost || _time.GetElapsedTime(_sent) < pause)
        {
            return;
        }

        _sent = _time.GetTimestamp();
        prepare();
        foreach (var partition in partitions)
        {
            var point = PointOf(partition);
            if (!IsClean(partition, point) || (partition.Companion is not null && !partition.IsLost && !partition.IsTopicGone && _time.GetElapsedTime(partition.CommittedAt) > KeepAlive))
            {
                _outstanding.Add((partition, point));
            }
        }

        if (!IsOutstanding && probe is { IsLost: false, IsTopicGone: false } && PointOf(probe) is var same && same.Offset >= probe.Committed.Offset)
        {
            _outstanding.Add((probe, same));
        }

        if (IsOutstanding)
        {
            Send();
        }
    }

    /// <summary>Takes the result of the commit that is outstanding.</summary>
    public void Take(NativeError whole, IReadOnlyList<TopicPartitionEntry> results)
    {
        _retries = false;
        var own = results.Where(static entry => entry.Error != ErrorCode.None).ToDictionary(static entry => (entry.Topic, entry.Partition), static entry => entry.Error);
        foreach (var (partition, point) in _outstanding)
        {
            Take(partition, point, own.TryGetValue((partition.Topic, partition.Partition), out var error) ? new(error) : whole);
        }

        _outstanding.Clear();
        _backOff = !_retries ? _interval : _backOff + _backOff < LongestBackOff ? _backOff + _backOff : LongestBackOff;
        if (!_retries && !IsLost && _status.Clear("commit"))
        {
            _log.ErrorOver(_group, "commit");
        }
    }

    private void Send()
    {
        var offsets = _outstanding.Select(static entry => new TopicPartitionEntry(entry.Partition.Topic, entry.Partition.Partition, entry.Point.Offset)
        {
            LeaderEpoch = entry.Partition.Tracker.LeaderEpoch,
            Metadata = entry.Point.Map,
        });
        if (_transactions is not null)
        {
            _transactions.Begin([.. _outstanding.SelectMany(static entry => entry.Partition.Outputs?.Below(entry.Point.Offset) ?? [])], [.. offsets]);
            return;
        }

        using var list = new TopicPartitionList(offsets);
        var error = _membership.Commit(list, _membership.Queue);
        if (!error.IsNone)
        {
            Take(error, []);
        }
    }

    // A committed offset never moves backwards; beside the same offset, another map is news.
    private static bool IsClean(AssignedPartition partition, in CommitPoint point) =>
        partition.IsLost || partition.IsTopicGone || point.Offset < partition.Committed.Offset || point.Says(partition.Committed);

    private CommitPoint PointOf(AssignedPartition partition)
    {
        var watermark = partition.Tracker.Watermark;
        if (_mapBytes == 0 || partition.IsMapRefused)
        {
            return new(watermark, default);
        }

        _finished.Clear();
        partition.Tracker.Collect(_finished);
        var map = OffsetMapWriter.Write(watermark, _finished, _mapBytes, out var isWhole);
        if (!isWhole && !partition.IsMapCut)
        {
            partition.IsMapCut = true;
            _log.MapCut(_group, partition, _mapBytes, watermark);
        }

        return new(watermark, map);
    }

    private void Take(AssignedPartition partition, CommitPoint point, NativeError error)
    {
        switch (error.Code)
        {
            case ErrorCode.None:
                (partition.Committed, partition.CommittedAt) = (point, _time.GetTimestamp());
                partition.Outputs?.Forget(point.Offset);
                return;
            case ErrorCode.OffsetMetadataTooLarge when !partition.IsMapRefused:
                partition.IsMapRefused = true;
                _retries = true;
                _log.MapRefused(_group, partition, _mapBytes);
                return;
            case ErrorCode.UnknownMemberId or ErrorCode.AssignmentLost or ErrorCode.FencedMemberEpoch:
                IsLost = true;
                break;
            case ErrorCode.FencedInstanceId or ErrorCode.Fenced:
                Fault ??= ConsumerFaults.Fenced(_group, error.ToString());
                break;
            case ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge:
                Fault ??= ConsumerFaults.OutputTooLarge(_group, error.ToString());
                break;
            case ErrorCode.OffsetMetadataTooLarge or ErrorCode.InvalidTopic or ErrorCode.Fatal:
                Fault ??= ConsumerFaults.CommitRefused(_group, partition, error.ToString());
                break;
            default:
                // An illegal generation too: the member has joined again since it was sent, and what is still its own is sent again in the new one.
                _retries = true;
                break;
        }

        // A refusal that lasts – no authorization, no coordinator – is a state, told once.
        if (_status.Raise("commit", error.ToString()))
        {
            _log.CommitRefused(_group, partition, point.Offset, error.ToString());
        }
    }
}
