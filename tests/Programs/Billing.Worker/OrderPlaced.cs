namespace Billing.Worker;

public sealed record OrderPlaced(string OrderId, string CustomerId, decimal Total);
