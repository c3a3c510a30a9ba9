namespace Storefront.Status;

/// <summary>The answer of <c>GET /status</c>.</summary>
internal sealed record ShopStatus(
    string Kafka,
    bool Connected,
    IReadOnlyDictionary<string, long> Produced,
    long Rejected,
    IReadOnlyList<GroupStatus> Groups,
    IReadOnlyList<RecentEvent> Recent);
