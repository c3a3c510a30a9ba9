namespace Billing.Worker;

public sealed record InvoiceOpened(string OrderId, decimal Total);
