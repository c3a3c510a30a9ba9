namespace Storefront.Shop;

/// <summary>The body of a 202: where the event is. It is there; the broker has said so.</summary>
internal sealed record Accepted(string Topic, int Partition, long Offset);
