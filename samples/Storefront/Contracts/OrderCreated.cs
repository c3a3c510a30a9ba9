using System.Text.Json.Serialization;
using Headrace;

namespace Storefront.Contracts;

/// <summary>The shop accepted an order.</summary>
[MessageType("order.created")]
public sealed record OrderCreated(string OrderId, string CustomerId, DateTimeOffset PlacedAt, string Country, IReadOnlyList<OrderLine> Lines) : IShopEvent
{
    /// <summary>What the customer owes. Zero is possible (samples, replacements) and cannot be billed.</summary>
    [JsonIgnore]
    public decimal Total => Lines.Sum(line => line.Quantity * line.UnitPrice);
}
