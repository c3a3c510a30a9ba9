using System.Text.Json.Serialization;

namespace Storefront.Shop;

/// <summary>What comes over HTTP. A field that is written twice could be read differently by two readers, so it is refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PlaceOrder))]
[JsonSerializable(typeof(CancelOrder))]
[JsonSerializable(typeof(RegisterUser))]
internal sealed partial class RequestsJson : JsonSerializerContext;
