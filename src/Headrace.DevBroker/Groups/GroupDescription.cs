namespace Headrace.Broker.Groups;

/// <summary>A group as it was at one moment.</summary>
internal sealed record GroupDescription
{
    public required string Id { get; init; }
    public required GroupState State { get; init; }

    public bool IsClassic { get; init; } = true;

    /// <summary>Empty for a group that only holds offsets.</summary>
    public required string ProtocolType { get; init; }

    /// <summary>While the group is stable.</summary>
    public string Protocol { get; init; } = string.Empty;

    public IReadOnlyList<Member> Members { get; init; } = [];

    internal sealed record Member(string Id, string? InstanceId, MemberClient Client, byte[] Metadata, byte[] Assignment);
}
