namespace Headrace.Broker.Groups;

/// <summary>The states of a group. Their names are what clients see.</summary>
internal enum GroupState
{
    /// <summary>No members. It may hold offsets.</summary>
    Empty,

    /// <summary>Of the classic protocol: a round is open: members are expected to join.</summary>
    PreparingRebalance,

    /// <summary>Of the classic protocol: the round is closed, the generation has its number; the leader's assignment is awaited.</summary>
    CompletingRebalance,

    /// <summary>Of the consumer protocol: who shall have what is to be computed.</summary>
    Assigning,

    /// <summary>Of the consumer protocol: members are on their way to what they shall have.</summary>
    Reconciling,

    /// <summary>Every member has, or can ask for, its assignment.</summary>
    Stable,

    /// <summary>Does not exist, or no longer.</summary>
    Dead,
}
