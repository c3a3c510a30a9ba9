using System.Text;
using System.Text.Json;

namespace Storefront.Traffic;

/// <summary>A line of a replayed file, and where it is to be posted. What cannot be read is posted too: to refuse it is the shop's business.</summary>
internal readonly record struct ReplayLine(string Path, byte[] Json, string? CustomerId, bool IsCancellation)
{
    public static ReplayLine Parse(string line)
    {
        var json = Encoding.UTF8.GetBytes(line);
        try
        {
            using var document = JsonDocument.Parse(json);
            var orderId = Text(document.RootElement, "orderId");
            var customerId = Text(document.RootElement, "customerId");
            return orderId?.StartsWith('C') == true
                ? new($"/orders/{Uri.EscapeDataString(orderId)}/cancellation", json, customerId, true)
                : new("/orders", json, customerId, false);
        }
        catch (JsonException)
        {
            return new("/orders", json, null, false);
        }
    }

    private static string? Text(JsonElement order, string name) =>
        order.ValueKind == JsonValueKind.Object && order.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
