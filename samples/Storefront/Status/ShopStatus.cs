namespace Storefront.Status;

/// <summary>The answer of <c>GET /status</c>.</summary>
internal sealed record ShopStatus(
    string Kafka,
    string Format,
    bool Connected,
    IReadOnlyDictionary<string, long> Produced,
    long Rejected,
    IReadOnlyList<ShopStatus.Group> Groups,
    IReadOnlyList<RecentEvent> Recent)
{
    /// <summary>A group. Counts are this process's own: of a group that runs elsewhere only the lag is known, and here it is stopped.</summary>
    internal sealed record Group(string Name, string State, long Handled, long Failed, long Retried, long DeadLettered, long? Lag, string? LastError);
}
