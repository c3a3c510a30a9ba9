using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.ReadmeTests;

/// <summary>The producer of the README, as a program of its own.</summary>
internal static class ProducerProgram
{
    public static void Run(string[] args)
    {
        #region producer
        var builder = WebApplication.CreateBuilder(args);
        builder.AddHeadrace("kafka")                                                  // additive: call it where you need it
            .AddProducer<OrderPlaced>("orders", key: order => order.OrderId)          // Func<OrderPlaced, RecordKey>; RecordKey converts from string, Guid, long, bytes
            .AddProducer<OrderPlaced>("orders-eu", key: order => order.OrderId);      // a second topic for the type: inject by name; unnamed is then a startup fault
        var app = builder.Build();

        app.MapPost("/orders", async (PlaceOrder order, [FromKeyedServices("orders")] ITopicProducer<OrderPlaced> orders, CancellationToken aborted) =>
            Results.Accepted($"/orders/{order.OrderId}",
                await orders.ProduceAsync(new(order.OrderId, order.CustomerId, order.Total), new() { Headers = { ["tenant"] = "acme" } }, aborted)));   // a RecordPosition; acks=all
        app.Run();
        #endregion
    }
}
