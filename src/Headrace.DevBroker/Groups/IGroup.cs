using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>What a group is to the coordinator, whatever protocol its members speak. Called under the coordinator's lock only.</summary>
internal interface IGroup
{
    string Id { get; }

    GroupState State { get; }

    /// <summary>Several may leave at once, and an administrator may name a static member by its instance alone.</summary>
    IReadOnlyList<ErrorCode> Leave(IReadOnlyList<MemberIdentity> leaving);

    /// <summary>The connections of dynamic members are their lives, where the broker was told so.</summary>
    void Disconnect(string connectionId);

    ErrorCode ValidateCommit(MemberIdentity identity, int generation, bool isTransactional);

    /// <summary>Whether a member may ask for offsets: not in the name of an epoch that is over.</summary>
    ErrorCode ValidateFetch(string? memberId, int epoch);

    ErrorCode ValidateDelete();

    ErrorCode ValidateOffsetDelete();

    bool IsSubscribedTo(string topic);

    /// <summary>False: nobody is there.</summary>
    bool Rebalance(string reason);

    /// <summary>Ends the sessions of the member with that id or instance id, or of all. Returns how many there were.</summary>
    int Expire(string? member);

    GroupDescription Describe();

    /// <summary>Stops every timer. Requests that still wait are left to the end of their connections.</summary>
    void End();
}
