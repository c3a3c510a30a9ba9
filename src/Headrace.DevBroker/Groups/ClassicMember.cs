namespace Headrace.Broker.Groups;

/// <summary>One member of a classic group. Changed under the coordinator's lock only.</summary>
internal sealed class ClassicMember(string id, string? instanceId, MemberClient client, Deadline session)
{
    public string Id { get; } = id;

    /// <summary>Set for static members, which keep their seat over a restart (KIP-345).</summary>
    public string? InstanceId { get; } = instanceId;

    public bool IsStatic => InstanceId is not null;

    public MemberClient Client { get; } = client;

    public TimeSpan SessionTimeout { get; set; }

    public TimeSpan RebalanceTimeout { get; set; }

    public IReadOnlyList<MemberProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>Has not been told any generation yet.</summary>
    public bool IsNew { get; set; }

    /// <summary>Was told the generation and has not asked for its assignment.</summary>
    public bool OwesSync { get; set; }

    /// <summary>Ends when the member has not been heard of for its session timeout.</summary>
    public Deadline Session { get; } = session;

    public TaskCompletionSource<JoinAnswer>? Join { get; private set; }

    public TaskCompletionSource<SyncAnswer>? Sync { get; private set; }

    public bool AwaitsJoin => Join is not null;

    /// <summary>A member whose request is parked here cannot send heartbeats on the same connection. A new one is timed out all the same: its client may be gone.</summary>
    public bool IsExcusedFromHeartbeats => !IsNew && (Join is not null || Sync is not null);

    public void AwaitJoin(TaskCompletionSource<JoinAnswer> answer)
    {
        // The client asked again on another connection; nobody reads the older answer.
        AnswerJoin(JoinAnswer.Refused(Wire.ErrorCode.RebalanceInProgress, Id));
        Join = answer;
    }

    public void AnswerJoin(JoinAnswer answer)
    {
        Join?.SetResult(answer);
        Join = null;
    }

    public void AwaitSync(TaskCompletionSource<SyncAnswer> answer)
    {
        AnswerSync(SyncAnswer.Refused(Wire.ErrorCode.RebalanceInProgress));
        Sync = answer;
    }

    /// <summary>True if the member was waiting.</summary>
    public bool AnswerSync(SyncAnswer answer)
    {
        var waited = Sync is not null;
        Sync?.SetResult(answer);
        Sync = null;
        return waited;
    }

    /// <summary>What the member says about itself under one protocol.</summary>
    public byte[] MetadataOf(string? protocol)
    {
        foreach (var supported in Protocols)
        {
            if (supported.Name == protocol)
            {
                return supported.Metadata;
            }
        }

        return [];
    }

    public bool Supports(string protocol) => Protocols.Any(supported => supported.Name == protocol);

    /// <summary>Whether a rejoin changes nothing that the leader would see.</summary>
    public bool HasSame(IReadOnlyList<MemberProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Protocols[i].Name || !protocols[i].Metadata.AsSpan().SequenceEqual(Protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }
}
