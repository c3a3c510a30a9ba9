using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headrace.Benchmarks.Consuming;

/// <summary>Source-generated, for both cases the same.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext
{
    /// <summary>A thousand orders of exactly 100 B.</summary>
    public static IReadOnlyList<byte[]> CreateSamples() => [.. Enumerable.Range(0, 1_000).Select(Sample)];

    private static byte[] Sample(int number)
    {
        var order = new Order($"o-{number:0000000}", $"c-{number:000000}", "", 1 + number % 9, 10.25 + number % 80);
        var bare = JsonSerializer.SerializeToUtf8Bytes(order, Default.Order).Length;
        return JsonSerializer.SerializeToUtf8Bytes(order with { Sku = new('s', 100 - bare) }, Default.Order);
    }
}
