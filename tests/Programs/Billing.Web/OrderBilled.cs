namespace Billing.Web;

public sealed record OrderBilled(string OrderId, decimal Total);
