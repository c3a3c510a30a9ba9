using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Documents;

/// <summary>The code of README.md.</summary>
internal static class ReadmeExample
{
    public static async Task ConsumeAsync(string[] args, CancellationToken stopping)
    {
        #region consumer
        var builder = WebApplication.CreateBuilder(args);             // or Host.CreateApplicationBuilder: the words are the same
        builder.AddHeadrace("kafka");                                 // section "Kafka" and ConnectionStrings:kafka
        builder.Services.AddSingleton<Invoices>();
        var app = builder.Build();

        var orders = app.MapConsumerGroup("billing").WithWorkers(20, Ordering.ByKey).MapTopic("orders").Ignore("OrderViewed");
        orders.On((OrderPlaced order, Invoices invoices, CancellationToken cancellation) => invoices.OpenAsync(order, cancellation));
        orders.On<OrderCancelled, RefundHandler>();                   // a class where there is more to it: IHandler<OrderCancelled>
        orders.On((OrderShipped order) => new InvoiceDue(order.OrderId)).ProduceTo("invoices");
        orders.OnTombstone((RecordKey order, Invoices invoices) => invoices.ForgetAsync(order));

        await app.RunAsync(stopping);
        #endregion
    }

    public static WebApplication Produce(WebApplicationBuilder builder)
    {
        #region producer
        builder.AddHeadrace("kafka").AddProducer<OrderPlaced>("orders", key: order => order.CustomerId);
        var app = builder.Build();

        app.MapPost("/orders", async (OrderPlaced order, ITopicProducer<OrderPlaced> orders, CancellationToken aborted) =>
            Results.Accepted(value: await orders.ProduceAsync(order, cancellation: aborted)));      // topic, partition, offset: the broker has it
        #endregion
        return app;
    }
}
