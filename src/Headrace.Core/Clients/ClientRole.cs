namespace Headrace.Clients;

/// <summary>What a native client is for; it decides which settings the client gets.</summary>
internal enum ClientRole
{
    Producer,

    /// <summary>A producer whose records become visible together, or not at all.</summary>
    TransactionalProducer,

    /// <summary>The member of a group: subscribes, answers rebalances, commits.</summary>
    Membership,

    /// <summary>Reads the partitions that the membership was given, and never joins.</summary>
    Fetch,

    Admin,
}
