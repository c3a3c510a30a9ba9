namespace Headrace.Broker.Groups;

/// <summary>A member asks for its assignment; the leader brings everybody's.</summary>
internal sealed record SyncCall
{
    public required string Group { get; init; }
    public required MemberIdentity Member { get; init; }
    public required int Generation { get; init; }

    /// <summary>Null: not said (before KIP-559).</summary>
    public string? ProtocolType { get; init; }

    public string? Protocol { get; init; }

    /// <summary>By member id.</summary>
    public IReadOnlyDictionary<string, byte[]> Assignments { get; init; } = new Dictionary<string, byte[]>();
}
