using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;

namespace Headrace.Schemas.Documents;

/// <summary>The code of docs/schemas.md.</summary>
internal static class SchemasPage
{
    public static IHost Build(string[] args)
    {
        #region use
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddHeadrace("kafka")                                      // Kafka:SchemaRegistry:Url = https://registry:8081
            .UseAvro()
            .AddProducer<OrderPlaced>("orders", key: order => order.OrderId);
        var app = builder.Build();
        app.MapConsumerGroup("billing").MapTopic("orders").On((OrderPlaced order) => Console.WriteLine(order.Total));
        #endregion
        return app;
    }

    public static void ReadOneTopic(IHostApplicationBuilder builder, IHost app)
    {
        #region topic
        builder.AddHeadrace("kafka").AddSchemaRegistry();                 // the cluster speaks JSON, and knows a registry
        app.MapConsumerGroup("billing").MapTopic("payments")
            .ReadAs(new AvroFormat(new() { Fallback = new JsonFormat() }))  // Avro, and the JSON that is still on the topic
            .On((PaymentTaken payment) => Console.WriteLine(payment.Amount));
        #endregion
    }

    public static void SpeakProtobuf(IHostApplicationBuilder builder)
    {
        #region protobuf
        builder.AddHeadrace("kafka")
            .UseProtobuf(protobuf => protobuf.Convert<PaymentTaken, Wire.Money>(       // optional: a type of your own for a generated one
                payment => new() { Currency = "GBP", Units = (long)payment.Amount },
                money => new(money.Units)))
            .AddProducer<Wire.OrderCancelled>("orders", key: order => order.OrderId)   // a generated class
            .AddProducer<PaymentTaken>("payments", key: _ => RecordKey.None);
        #endregion
    }

    public static void WriteOneTopic(IHostApplicationBuilder builder)
    {
        #region producer
        builder.AddHeadrace("kafka")
            .AddSchemaRegistry()                                                       // the cluster speaks JSON
            .AddProducer<OrderPlaced>("orders", key: order => order.OrderId)
            .AddProducer<OrderPlaced>("orders-eu", key: order => order.OrderId, producer => producer.WriteAs(new AvroFormat(new() { Subject = "orders-of-all" })));
        #endregion
    }

    public static async Task CheckAsync(CancellationToken cancellation)
    {
        #region check
        using var registry = new SchemaRegistryClient(new() { Url = "http://localhost:8081" });
        var inUse = AvroSchema.Parse((await registry.GetAsync("orders-value", cancellation: cancellation)).Schema.Text);
        var next = new AvroCodec<OrderPlaced>().Schema;
        foreach (var finding in AvroLint.Check(inUse, next))
        {
            Console.WriteLine(finding);       // $.coupon: the field is new and has no default, … Give it one, or make it nullable (NewFieldHasDefault)
        }
        #endregion
    }

    public static async Task DevelopAsync(CancellationToken cancellation)
    {
        #region development
        await using var registry = await DevSchemaRegistry.StartAsync(new() { Port = 8081, Folder = ".schemas" }, cancellation);
        Console.WriteLine(registry.Url);
        #endregion
    }

    #region types
    [AvroName("shop.OrderPlaced")]                                        // default: the type's namespace and name
    public sealed record OrderPlaced(
        string OrderId,                                                   // no default: every writer must fill it
        [property: AvroDecimal(12, 2)] decimal Total,
        string? Coupon,                                                   // nullable: null by default
        [property: AvroAlias("qty")] int Quantity = 1,                    // 1 when older messages are read; once called qty
        Delivery? Delivery = null);

    [JsonDerivedType(typeof(Parcel)), JsonDerivedType(typeof(PickUp))]    // a closed hierarchy is a union of its records
    public abstract record Delivery;

    public sealed record Parcel(string Address, DateOnly? On) : Delivery;

    public sealed record PickUp(string Shop) : Delivery;
    #endregion

    public sealed record PaymentTaken(decimal Amount);
}
