namespace Headrace.Broker.Faults;

/// <summary>What a fault does to a request. The names, in camel case, are what the control port reads.</summary>
internal enum FaultAction
{
    /// <summary>Handled and answered, later.</summary>
    Delay,

    /// <summary>Not handled; answered with an error.</summary>
    Error,

    /// <summary>Not handled; the connection is closed.</summary>
    Close,

    /// <summary>Handled; the connection is closed before the answer.</summary>
    LoseReply,

    /// <summary>Not handled and never answered; the connection stays.</summary>
    NeverAnswer,

    /// <summary>Handled and answered; the client is told to pause, and nothing more is read from it meanwhile.</summary>
    Throttle,

    /// <summary>Handled; the records in the answer do not match their checksum.</summary>
    Corrupt,

    /// <summary>All connections are closed and new ones refused for a while.</summary>
    RestartListener,

    /// <summary>Not handled until the group's members were told to join again.</summary>
    Rebalance,

    /// <summary>The group's members that the request comes from, or all, are put out.</summary>
    ExpireMembers,

    /// <summary>The transactional id gets another epoch first.</summary>
    FenceProducer,

    /// <summary>The partition's leader epoch rises first.</summary>
    RaiseLeaderEpoch,
}
