namespace Storefront.Shop;

/// <summary>The body of <c>POST /orders</c> as it came: every field may be missing.</summary>
internal sealed record PlaceOrder(string? OrderId, string? CustomerId, DateTimeOffset? PlacedAt, string? Country, IReadOnlyList<PlaceOrder.Line?>? Lines)
{
    internal sealed record Line(string? Sku, string? Description, int? Quantity, decimal? UnitPrice);
}
