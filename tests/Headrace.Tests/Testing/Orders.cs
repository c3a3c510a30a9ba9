using System.Text.Json.Serialization;

namespace Headrace.Tests.Testing;

internal sealed record OrderPlaced(string OrderId, decimal Total);

internal sealed record OrderCancelled(string OrderId);

[MessageType("order.shipped")]
internal sealed record OrderShipped(string OrderId);

internal sealed record InvoiceDue(string OrderId);

[JsonDerivedType(typeof(CardPayment), "card")]
[JsonDerivedType(typeof(CashPayment), "cash")]
internal record Payment(string OrderId);

internal sealed record CardPayment(string OrderId, string Card) : Payment(OrderId);

internal sealed record CashPayment(string OrderId) : Payment(OrderId);

[JsonSerializable(typeof(OrderPlaced))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class OrdersJson : JsonSerializerContext;
