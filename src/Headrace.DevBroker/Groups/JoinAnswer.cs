using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>What a member learns about its generation, or why it is not in it.</summary>
internal sealed record JoinAnswer
{
    public ErrorCode Error { get; init; }
    public string MemberId { get; init; } = string.Empty;
    public int Generation { get; init; } = -1;
    public string? ProtocolType { get; init; }
    public string? Protocol { get; init; }
    public string Leader { get; init; } = string.Empty;
    public bool SkipAssignment { get; init; }

    /// <summary>All members with their metadata, for the leader only.</summary>
    public IReadOnlyList<Joined> Members { get; init; } = [];

    public static JoinAnswer Refused(ErrorCode error, string memberId = "") => new() { Error = error, MemberId = memberId };

    internal readonly record struct Joined(string MemberId, string? InstanceId, byte[] Metadata);
}
