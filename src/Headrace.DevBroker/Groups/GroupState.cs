namespace Headrace.Broker.Groups;

/// <summary>The states of a group of the classic protocol. Their names are what clients see.</summary>
internal enum GroupState
{
    /// <summary>No members. It may hold offsets.</summary>
    Empty,

    /// <summary>A round is open: members are expected to join.</summary>
    PreparingRebalance,

    /// <summary>The round is closed, the generation has its number; the leader's assignment is awaited.</summary>
    CompletingRebalance,

    /// <summary>Every member has, or can ask for, its assignment.</summary>
    Stable,

    /// <summary>Does not exist, or no longer.</summary>
    Dead,
}
