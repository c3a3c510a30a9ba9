using System.Collections.Concurrent;

namespace Headrace.Tests.Documents;

internal sealed record OrderPlaced(string OrderId, string CustomerId, decimal Total);

internal sealed record OrderCancelled(string OrderId);

internal sealed record OrderShipped(string OrderId);

internal sealed record InvoiceDue(string OrderId);

/// <summary>Stands for what an application has.</summary>
internal sealed class Invoices
{
    private readonly ConcurrentDictionary<string, decimal> _open = new();

    public Task OpenAsync(OrderPlaced order, CancellationToken cancellation)
    {
        _open[order.OrderId] = order.Total;
        return Task.CompletedTask;
    }

    public Task ForgetAsync(RecordKey order)
    {
        _open.TryRemove(order.ToString(), out _);
        return Task.CompletedTask;
    }
}

internal sealed class RefundHandler : IHandler<OrderCancelled>
{
    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken cancellation) => Task.CompletedTask;
}
