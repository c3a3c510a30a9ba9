using System.Collections.Concurrent;

namespace Headrace.Tests.ReadmeTests;

internal sealed record PlaceOrder(string OrderId, string CustomerId, decimal Total);

internal sealed record OrderPlaced(string OrderId, string CustomerId, decimal Total);

internal sealed record OrderCancelled(string OrderId);

internal sealed record OrderShipped(string OrderId);

[MessageType("order-viewed")]
internal sealed record OrderViewed(string OrderId);

internal sealed record InvoiceDue(string OrderId);

/// <summary>Notes what it was asked for, in order.</summary>
internal sealed class Invoices
{
    public ConcurrentQueue<string> Done { get; } = new();

    public Task OpenAsync(OrderPlaced order, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Done.Enqueue($"open {order.OrderId} of {order.CustomerId} over {order.Total}");
        return Task.CompletedTask;
    }

    public Task ForgetAsync(RecordKey order)
    {
        Done.Enqueue($"forget {order}");
        return Task.CompletedTask;
    }
}

internal sealed class RefundHandler(Invoices invoices) : IHandler<OrderCancelled>
{
    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken cancellation)
    {
        invoices.Done.Enqueue($"refund {message.OrderId}");
        return Task.CompletedTask;
    }
}
