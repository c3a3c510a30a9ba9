using Headrace.Broker.Storage;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Groups;

/// <summary>
/// Owns the groups, their offsets, and the one lock under which both change. Nothing waits under it: requests that must wait get a task. A group speaks one protocol at a
/// time, <see cref="ClassicGroup"/> or <see cref="ConsumerGroup"/>, and changes it while it is empty; offsets know nothing of either.
/// </summary>
internal sealed class GroupCoordinator : IDisposable
{
    private readonly Lock _lock = new();
    private readonly GroupContext _context;
    private readonly TopicCatalogue _topics;
    private readonly GroupDirectory _groups;
    private readonly GroupJournal _journal;
    private readonly OffsetStore _offsets;
    private readonly PendingOffsets _pending;
    private readonly HashSet<string> _watchedConnections = [];

    public GroupCoordinator(GroupSettings settings, TopicCatalogue topics, TimeProvider time, ILogger logger, Journal? journal = null)
    {
        _journal = new GroupJournal(journal);
        _offsets = new OffsetStore(_journal);
        _pending = new PendingOffsets(_journal);
        _context = new GroupContext(_lock, time, settings, logger);
        _groups = new GroupDirectory(_context, topics, _journal);
        _topics = topics;
    }

    public Task<JoinAnswer> JoinAsync(JoinCall call)
    {
        if (call.Group.Length == 0)
        {
            return Task.FromResult(JoinAnswer.Refused(ErrorCode.InvalidGroupId, call.Member.MemberId));
        }

        if (call.SessionTimeout < _context.Settings.ShortestSession || call.SessionTimeout > _context.Settings.LongestSession)
        {
            return Task.FromResult(JoinAnswer.Refused(ErrorCode.InvalidSessionTimeout, call.Member.MemberId));
        }

        var answer = new TaskCompletionSource<JoinAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            var error = _groups.FindToJoin(call, out var group);
            if (group is null)
            {
                return Task.FromResult(JoinAnswer.Refused(error, call.Member.MemberId));
            }

            group.Join(call, answer);
            _journal.Write();
        }

        WatchConnection(call.Client);
        return answer.Task;
    }

    public Task<SyncAnswer> SyncAsync(SyncCall call)
    {
        var answer = new TaskCompletionSource<SyncAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            var error = _groups.Find(call.Group, out var group);
            if (group is null)
            {
                return Task.FromResult(SyncAnswer.Refused(error));
            }

            group.Sync(call, answer);
        }

        return answer.Task;
    }

    public ErrorCode Heartbeat(string groupId, MemberIdentity member, int generation)
    {
        lock (_lock)
        {
            var error = _groups.Find(groupId, out var group);
            return group?.Heartbeat(member, generation) ?? error;
        }
    }

    /// <summary>A member of a consumer group (KIP-848) joins, stays or leaves.</summary>
    public ConsumerHeartbeatAnswer Heartbeat(ConsumerHeartbeat call)
    {
        ConsumerHeartbeatAnswer answer;
        lock (_lock)
        {
            if (_groups.Find(call) is not { } group)
            {
                return ConsumerHeartbeatAnswer.Refused(ErrorCode.GroupIdNotFound, $"There is no consumer group {call.Group}.");
            }

            answer = group.Heartbeat(call);
            _journal.Write();
        }

        WatchConnection(call.Client);
        return answer;
    }

    /// <summary>One error for each that wants to leave.</summary>
    public IReadOnlyList<ErrorCode> Leave(string groupId, IReadOnlyList<MemberIdentity> members)
    {
        lock (_lock)
        {
            var group = _groups.Find(groupId);
            var error = groupId.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.UnknownMemberId;
            return group?.Leave(members) ?? [.. members.Select(_ => error)];
        }
    }

    /// <summary>One error for each offset. A refusal of the whole commit is repeated for all whose partition exists.</summary>
    public IReadOnlyList<ErrorCode> CommitOffsets(OffsetCommit commit)
    {
        lock (_lock)
        {
            // Under the lock: a topic that is deleted meanwhile is forgotten afterwards.
            var exists = commit.Offsets.Select(entry => _topics.Contains(entry.Key.Topic, entry.Key.Partition)).ToList();
            var error = exists.Contains(true) ? ValidateCommit(commit) : ErrorCode.UnknownTopicOrPartition;
            List<ErrorCode> errors =
            [
                .. commit.Offsets.Select((entry, i) => !exists[i] ? ErrorCode.UnknownTopicOrPartition
                    : error != ErrorCode.None ? error
                    : StoreOffset(commit, entry.Key, entry.Offset)),
            ];
            _journal.Write();
            return errors;
        }
    }

    /// <summary>Offsets that a producer's transaction holds for these groups take effect, or are dropped.</summary>
    public void EndTransaction(long producerId, IEnumerable<string> groupIds, bool committed)
    {
        lock (_lock)
        {
            foreach (var groupId in groupIds)
            {
                foreach (var (key, offset) in _pending.Take(groupId, producerId))
                {
                    if (committed)
                    {
                        _offsets.Set(groupId, key, offset);
                    }
                }
            }

            _journal.Write();
        }
    }

    /// <summary>What a group committed. One that is not known has committed nothing.</summary>
    public (ErrorCode Error, IReadOnlyList<FoundOffset> Each) FindOffsets(OffsetQuery query)
    {
        lock (_lock)
        {
            var error = _groups.Find(query.Group)?.ValidateFetch(query.MemberId, query.MemberEpoch) ?? ErrorCode.None;
            if (error != ErrorCode.None)
            {
                return (error, []);
            }

            var keys = query.Keys ?? [.. _offsets.All(query.Group).Select(entry => entry.Key)];
            return (error, [.. keys.Select(key => query.MustBeStable && _pending.Contains(query.Group, key)
                ? new FoundOffset(key, null, ErrorCode.UnstableOffsetCommit)
                : new FoundOffset(key, _offsets.Find(query.Group, key)))]);
        }
    }

    /// <summary>The group's error, and if there is none, one for each partition.</summary>
    public (ErrorCode Error, IReadOnlyList<ErrorCode> Each) DeleteOffsets(string groupId, IReadOnlyList<OffsetKey> keys)
    {
        lock (_lock)
        {
            if (groupId.Length == 0 || _groups.Find(groupId) is not { } group)
            {
                return (groupId.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.GroupIdNotFound, []);
            }

            var error = group.ValidateOffsetDelete();
            List<ErrorCode> each = error != ErrorCode.None ? [] : [.. keys.Select(key => DeleteOffset(group, key))];
            _journal.Write();
            return (error, each);
        }
    }

    public ErrorCode DeleteGroup(string groupId)
    {
        lock (_lock)
        {
            if (_groups.Find(groupId) is not { } group)
            {
                return ErrorCode.GroupIdNotFound;
            }

            var error = group.ValidateDelete();
            if (error == ErrorCode.None)
            {
                _groups.Remove(group);
                _offsets.RemoveGroup(groupId);
                _pending.RemoveGroup(groupId);
                _journal.Write();
                GroupLog.Deleted(_context.Logger, groupId);
            }

            return error;
        }
    }

    /// <summary>Null: there is no such group.</summary>
    public GroupDescription? Describe(string groupId)
    {
        lock (_lock)
        {
            return _groups.Find(groupId)?.Describe();
        }
    }

    /// <summary>Null: there is no such group, or its members speak the classic protocol.</summary>
    public ConsumerGroupDescription? DescribeConsumerGroup(string groupId)
    {
        lock (_lock)
        {
            return (_groups.Find(groupId) as ConsumerGroup)?.DescribeFully();
        }
    }

    public IReadOnlyList<GroupDescription> List()
    {
        lock (_lock)
        {
            return [.. _groups.All.Select(group => group.Describe())];
        }
    }

    /// <summary>To be called after a topic was deleted: what was committed for it is of no use to a later topic of the same name.</summary>
    public void ForgetTopic(string topic)
    {
        lock (_lock)
        {
            _offsets.RemoveTopic(topic);
            _pending.RemoveTopic(topic);
            _journal.Write();
        }
    }

    /// <summary>Makes all members join again. False: there is no such group, or nobody is in it.</summary>
    public bool Rebalance(string groupId, string reason)
    {
        lock (_lock)
        {
            return _groups.Find(groupId)?.Rebalance(reason) ?? false;
        }
    }

    /// <summary>Ends the sessions of one member, or of all. Returns how many there were.</summary>
    public int Expire(string groupId, string? member)
    {
        lock (_lock)
        {
            return _groups.Find(groupId)?.Expire(member) ?? 0;
        }
    }

    /// <summary>Takes what a journal held, before the first use. An offset behind the end of its log, which a crash cut, is moved to the end.</summary>
    public void Restore(IReadOnlyList<JournalEntry> state)
    {
        lock (_lock)
        {
            foreach (var entry in state)
            {
                switch (entry)
                {
                    case GroupEntry group:
                        _groups.FindOrCreateClassic(group.Id);
                        break;
                    case OffsetEntry offset when EndOf(offset.Topic, offset.Partition) is { } end:
                        var committed = new CommittedOffset(Math.Min(offset.Offset, end), offset.LeaderEpoch, offset.Offset <= end ? offset.Metadata : string.Empty);
                        _offsets.Set(offset.Group, new OffsetKey(offset.Topic, offset.Partition), committed);
                        break;
                    case PendingOffsetEntry pending:
                        CommittedOffset? wanted = pending.Offset is { } known ? new CommittedOffset(known.Offset, known.LeaderEpoch, known.Metadata) : null;
                        _pending.Set(pending.Group, pending.ProducerId, new OffsetKey(pending.Topic, pending.Partition), wanted);
                        break;
                }
            }

            _journal.Write();
        }
    }

    /// <summary>Stops every timer. What still waits is left to the end of its connection.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _groups.Clear();
        }
    }

    private long? EndOf(string topic, int partition) => _topics.TryGet(topic, out var found) ? found.Partition(partition)?.EndOffset : null;

    private ErrorCode ValidateCommit(OffsetCommit commit)
    {
        if (_groups.Find(commit.Group) is { } group)
        {
            return group.ValidateCommit(commit.Member, commit.Generation, commit.IsTransactional);
        }

        if (commit.Generation >= 0)
        {
            return commit.KnowsGroupIdNotFound ? ErrorCode.GroupIdNotFound : ErrorCode.IllegalGeneration;
        }

        _groups.FindOrCreateClassic(commit.Group);
        return ErrorCode.None;
    }

    private ErrorCode StoreOffset(OffsetCommit commit, OffsetKey key, CommittedOffset offset)
    {
        if (offset.Metadata.Length > _context.Settings.LongestOffsetMetadata)
        {
            return ErrorCode.OffsetMetadataTooLarge;
        }

        if (commit.IsTransactional)
        {
            _pending.Set(commit.Group, commit.ProducerId, key, offset);
        }
        else
        {
            _offsets.Set(commit.Group, key, offset);
            _pending.Supersede(commit.Group, key);
        }

        return ErrorCode.None;
    }

    private ErrorCode DeleteOffset(IGroup group, OffsetKey key)
    {
        if (!_topics.Contains(key.Topic, key.Partition))
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

        if (group.IsSubscribedTo(key.Topic))
        {
            return ErrorCode.GroupSubscribedToTopic;
        }

        _offsets.Remove(group.Id, key);
        _pending.Remove(group.Id, key);
        return ErrorCode.None;
    }

    private void WatchConnection(MemberClient client)
    {
        if (!_context.Settings.EvictOnDisconnect)
        {
            return;
        }

        lock (_lock)
        {
            if (!_watchedConnections.Add(client.ConnectionId))
            {
                return;
            }
        }

        // Outside the lock: a token that has fired already calls back at once.
        client.Closed.UnsafeRegister(_ => Disconnect(client.ConnectionId), state: null);
    }

    private void Disconnect(string connectionId)
    {
        lock (_lock)
        {
            _watchedConnections.Remove(connectionId);
            foreach (var group in _groups.All)
            {
                group.Disconnect(connectionId);
            }
        }
    }
}
