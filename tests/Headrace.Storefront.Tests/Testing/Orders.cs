using System.Net.Http.Headers;
using System.Text;

namespace Headrace.Storefront.Tests.Testing;

/// <summary>Orders as a caller writes them.</summary>
internal static class Orders
{
    public static string Json(string orderId, string? customerId, decimal unitPrice = 2.5m, int quantity = 2) => FormattableString.Invariant(
        $$"""{"orderId":"{{orderId}}","customerId":{{Text(customerId)}},"placedAt":"2010-12-01T08:26:00Z","country":"United Kingdom","lines":[{"sku":"85123A","description":null,"quantity":{{quantity}},"unitPrice":{{unitPrice}}}]}""");

    public static async Task<HttpResponseMessage> PostAsync(this HttpClient http, string path, string json, string? contentType = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
    }

    private static string Text(string? text) => text is null ? "null" : $"\"{text}\"";
}
