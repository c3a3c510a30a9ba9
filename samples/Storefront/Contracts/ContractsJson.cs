using System.Text.Json.Serialization;

namespace Storefront.Contracts;

/// <summary>What goes into Kafka, as JSON made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(UserRegistered))]
[JsonSerializable(typeof(PaymentProcessed))]
public sealed partial class ContractsJson : JsonSerializerContext;
