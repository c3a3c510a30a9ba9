using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

internal sealed record SyncAnswer
{
    public ErrorCode Error { get; init; }
    public string? ProtocolType { get; init; }
    public string? Protocol { get; init; }
    public byte[] Assignment { get; init; } = [];

    public static SyncAnswer Refused(ErrorCode error) => new() { Error = error };
}
