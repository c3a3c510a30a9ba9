using Billing.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSingleton<Invoices>();
builder.AddHeadrace("kafka").AddProducer<InvoiceOpened>("invoices", key: invoice => invoice.OrderId);
var app = builder.Build();

app.MapConsumerGroup("billing")
    .MapTopic("orders")
    .On((OrderPlaced order, Invoices invoices) => invoices.Open(order)).ProduceTo("invoices");

app.Run();
