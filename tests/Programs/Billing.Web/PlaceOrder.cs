namespace Billing.Web;

public sealed record PlaceOrder(string OrderId, decimal Total);
