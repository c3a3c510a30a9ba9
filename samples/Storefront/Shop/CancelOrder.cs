namespace Storefront.Shop;

/// <summary>The body of <c>POST /orders/{orderId}/cancellation</c>. The rest of an invoice may stand beside these fields; it is not read.</summary>
internal sealed record CancelOrder(string? CustomerId, DateTimeOffset? PlacedAt);
