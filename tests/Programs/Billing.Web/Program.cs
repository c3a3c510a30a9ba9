using Billing.Web;
using Headrace;

var builder = WebApplication.CreateBuilder(args);
builder.AddHeadrace("kafka")
    .AddProducer<PlaceOrder>("web.orders", key: order => order.OrderId)
    .AddProducer<OrderBilled>("web.bills", key: bill => bill.OrderId);
var app = builder.Build();

app.MapPost("/orders", async (PlaceOrder order, ITopicProducer<PlaceOrder> orders) => Results.Accepted(null, await orders.ProduceAsync(order)));
app.MapConsumerGroup("web-billing").MapTopic("web.orders").On((PlaceOrder order) => new OrderBilled(order.OrderId, order.Total)).ProduceTo("web.bills");

app.Run();
