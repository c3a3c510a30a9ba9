namespace Billing.Worker;

/// <summary>What the handler calls; a test may put another in its place.</summary>
public class Invoices
{
    public virtual InvoiceOpened Open(OrderPlaced order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order.Total);
        return new(order.OrderId, order.Total);
    }
}
