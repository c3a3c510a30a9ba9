namespace Headrace.Clients.Native;

/// <summary>The kinds of event on a queue (<c>RD_KAFKA_EVENT_*</c>).</summary>
[Flags]
internal enum EventKinds
{
    None = 0,
    Delivery = 0x1,
    Fetch = 0x2,
    Log = 0x4,
    Error = 0x8,
    Rebalance = 0x10,
    OffsetCommit = 0x20,
    Statistics = 0x40,
    TokenRefresh = 0x100,
}
