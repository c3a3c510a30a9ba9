using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.ReadmeTests;

/// <summary>The consumer of the README, as a program of its own.</summary>
internal static class ConsumerProgram
{
    public static void Run(string[] args)
    {
        #region consumer
        var builder = WebApplication.CreateBuilder(args);                 // or Host.CreateApplicationBuilder: the words are the same
        builder.Services.AddSingleton<Invoices>();
        builder.AddHeadrace("kafka");                                     // section "Kafka" and ConnectionStrings:kafka; a second name is a second cluster
        var app = builder.Build();

        var billing = app.MapConsumerGroup("billing")
            .WithWorkers(20, Ordering.ByKey);

        var orders = billing.MapTopic("orders").Ignore("order-viewed");
        orders.On((OrderPlaced order, Invoices invoices, CancellationToken cancellation) => invoices.OpenAsync(order, cancellation));
        orders.On<OrderCancelled, RefundHandler>();                                   // class RefundHandler : IHandler<OrderCancelled>
        orders.On((OrderShipped order) => new InvoiceDue(order.OrderId)).ProduceTo("invoices");   // keyed as the incoming record; null = nothing
        orders.OnTombstone((RecordKey order, Invoices invoices) => invoices.ForgetAsync(order));
        app.Run();
        #endregion
    }
}
