using Headrace;

namespace Storefront.Contracts;

/// <summary>A customer took an order back. The shop need not know the order: cancellations of older systems' orders come too.</summary>
[MessageType("order.cancelled")]
public sealed record OrderCancelled(string OrderId, string CustomerId, DateTimeOffset CancelledAt) : IShopEvent;
