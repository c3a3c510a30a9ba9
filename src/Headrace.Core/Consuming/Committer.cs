using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>
/// Commits watermarks: always an explicit list, one at a time, of partitions that are ours as it is sent. The broker does not fence commits by
/// ownership, so whoever gives partitions up waits until <see cref="IsOutstanding"/> is over. Only the loop uses it.
/// </summary>
internal sealed class Committer
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly string _group;
    private readonly TimeSpan _interval;
    private readonly ConsumerHandle _membership;
    private readonly ConsumerStatus _status;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly List<(AssignedPartition Partition, long Offset)> _outstanding = [];
    private long _sent;
    private bool _retries;

    public Committer(ConsumerOptions options, ConsumerHandle membership, ConsumerStatus status, ILogger log, TimeProvider time)
    {
        (_group, _interval, _membership, _status, _log, _time) = (options.GroupId, options.CommitInterval, membership, status, log, time);
        _sent = time.GetTimestamp();
    }

    /// <summary>A commit has been sent and its result is not known.</summary>
    public bool IsOutstanding => _outstanding.Count > 0;

    /// <summary>The group has thrown this member out: no commit will be taken until it has joined again.</summary>
    public bool IsLost { get; private set; }

    /// <summary>A refusal that no retry can help.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The member has joined: commits are taken again.</summary>
    public void Joined() => IsLost = false;

    /// <summary>Whether everything that is settled is committed.</summary>
    public static bool IsClean(AssignedPartition partition) => partition.IsLost || partition.Tracker.Watermark <= partition.Committed;

    /// <summary>Commits what has moved, when it is time.</summary>
    /// <param name="partitions">The partitions that are ours at this moment.</param>
    /// <param name="isUrgent">They are being given up: the interval is not waited for.</param>
    /// <param name="prepare">Brings the watermarks up to date; called only when a commit is due.</param>
    public void Tick(IEnumerable<AssignedPartition> partitions, bool isUrgent, Action prepare)
    {
        var pause = isUrgent ? _retries ? RetryPause : TimeSpan.Zero : _interval;
        if (IsOutstanding || IsLost || _time.GetElapsedTime(_sent) < pause)
        {
            return;
        }

        _sent = _time.GetTimestamp();
        prepare();
        foreach (var partition in partitions)
        {
            if (!IsClean(partition))
            {
                _outstanding.Add((partition, partition.Tracker.Watermark));
            }
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
        foreach (var (partition, offset) in _outstanding)
        {
            Take(partition, offset, own.TryGetValue((partition.Topic, partition.Partition), out var error) ? new(error) : whole);
        }

        _outstanding.Clear();
        if (!_retries && !IsLost && _status.Clear("commit"))
        {
            _log.ErrorOver(_group, "commit");
        }
    }

    private void Send()
    {
        using var list = new TopicPartitionList(_outstanding.Count);
        foreach (var (partition, offset) in _outstanding)
        {
            list.Add(new(partition.Topic, partition.Partition, offset) { LeaderEpoch = partition.Tracker.LeaderEpoch });
        }

        var error = _membership.Commit(list, _membership.Queue);
        if (!error.IsNone)
        {
            Take(error, []);
        }
    }

    private void Take(AssignedPartition partition, long offset, NativeError error)
    {
        switch (error.Code)
        {
            case ErrorCode.None:
                partition.Committed = offset;
                return;
            case ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.AssignmentLost:
                IsLost = true;
                break;
            case ErrorCode.FencedInstanceId or ErrorCode.Fenced or ErrorCode.FencedMemberEpoch:
                Fault ??= ConsumerFaults.Fenced(_group, error.ToString());
                break;
            case ErrorCode.OffsetMetadataTooLarge or ErrorCode.InvalidTopic or ErrorCode.Fatal:
                Fault ??= ConsumerFaults.CommitRefused(_group, partition, error.ToString());
                break;
            default:
                _retries = true;
                break;
        }

        // A refusal that lasts – no authorization, no coordinator – is a state, told once.
        if (_status.Raise("commit", error.ToString()))
        {
            _log.CommitRefused(_group, partition, offset, error.ToString());
        }
    }
}
