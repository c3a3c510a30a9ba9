using Headrace;

namespace Storefront.Contracts;

/// <summary>Billing took the money for an order.</summary>
[MessageType("payment.processed")]
public sealed record PaymentProcessed(string OrderId, string CustomerId, decimal Amount) : IShopEvent;
