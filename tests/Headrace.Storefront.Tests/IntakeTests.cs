using System.Net;
using System.Text;
using System.Text.Json;
using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>What the shop accepts over HTTP, and how it refuses the rest.</summary>
public sealed class IntakeTests(KafkaUnderTest kafka) : IAsyncLifetime
{
    private const string Line = """{"sku":"a","quantity":1,"unitPrice":2}""";
    private ShopProcess _shop = null!;

    private ShopProcess Shop => _shop;

    public async ValueTask InitializeAsync() => _shop = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "shop");

    public async ValueTask DisposeAsync() => await _shop.DisposeAsync();

    public static TheoryData<string, string, string> RefusedOrders() => new()
    {
        { "{\"orderId\":", "orderId", "malformed JSON" },
        { "", "body", "malformed JSON" },
        { "null", "body", "malformed JSON" },
        { "[]", "body", "malformed JSON" },
        { "{}", "customerId", "no customer" },
        { Order(customer: "null"), "customerId", "no customer" },
        { Order(customer: "\" \""), "customerId", "no customer" },
        { Order(customer: "17850"), "customerId", "malformed JSON" },
        { Order(customer: "null", lines: "[]"), "customerId", "no customer" },
        { Order(id: "null"), "orderId", "no orderId" },
        { Order(id: $"\"{new string('x', 101)}\""), "orderId", "orderId too long" },
        { Order(id: "\"\\ud800\""), "orderId", "malformed JSON" },
        { Order(lines: "null"), "lines", "no lines" },
        { Order(lines: "[]"), "lines", "no lines" },
        { Order(lines: "{}"), "lines", "malformed JSON" },
        { Order(lines: $"[{Line},null]"), "lines[1]", "no line" },
        { Order(lines: $$"""[{{Line}},{"quantity":1,"unitPrice":2}]"""), "lines[1].sku", "no sku" },
        { Order(lines: """[{"sku":"a","unitPrice":2}]"""), "lines[0].quantity", "no quantity" },
        { Order(lines: """[{"sku":"a","quantity":0,"unitPrice":2}]"""), "lines[0].quantity", "quantity out of range" },
        { Order(lines: """[{"sku":"a","quantity":-1,"unitPrice":-2}]"""), "lines[0].quantity", "quantity out of range" },
        { Order(lines: """[{"sku":"a","quantity":1.5,"unitPrice":2}]"""), "lines[0].quantity", "malformed JSON" },
        { Order(lines: """[{"sku":"a","quantity":1}]"""), "lines[0].unitPrice", "no unitPrice" },
        { Order(lines: """[{"sku":"a","quantity":1,"unitPrice":-0.01}]"""), "lines[0].unitPrice", "price out of range" },
        { Order(lines: """[{"sku":"a","quantity":1,"unitPrice":1e400}]"""), "lines[0].unitPrice", "malformed JSON" },
        { Order(placedAt: "null"), "placedAt", "no placedAt" },
        { Order(placedAt: "\"yesterday\""), "placedAt", "malformed JSON" },
        { Order(country: "null"), "country", "no country" },
    };

    [Fact]
    public async Task An_order_that_cannot_be_accepted_is_refused_with_its_field_and_reason_and_nothing_is_produced()
    {
        var log = new KafkaLog(kafka.Address);
        var before = log.Count("orders");
        foreach (var (json, field, reason) in RefusedOrders().Select(row => row.Data))
        {
            using var response = await Shop.Http.PostAsync("/orders", json);

            await AssertProblemAsync(response, HttpStatusCode.BadRequest, field, reason, json);
        }

        var status = await StatusPage.OfAsync(Shop);
        Assert.Equal(RefusedOrders().Count, status.Rejected);
        Assert.DoesNotContain(status.Produced, topic => topic.Value != 0);
        Assert.Equal(before, log.Count("orders"));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var content = new ByteArrayContent([.. "{\"customerId\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var response = await Shop.Http.PostAsync(new Uri("/orders", UriKind.Relative), content, TestContext.Current.CancellationToken);

        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "customerId", "malformed JSON", "bytes");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task An_unknown_content_type_is_a_415(string? contentType)
    {
        using var response = await Shop.Http.PostAsync("/orders", Order(), contentType);

        await AssertProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "Content-Type", "unknown content type", contentType ?? "none");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_a_413(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = new StringContent(Order(country: $"\"{new string('x', 300_000)}\""), Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await Shop.Http.SendAsync(request, TestContext.Current.CancellationToken);

        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "body", "body too large", chunked ? "chunked" : "with length");
    }

    [Fact]
    public async Task A_cancellation_needs_its_customer_and_no_known_order()
    {
        using var nobody = await Shop.Http.PostAsync("/orders/C1/cancellation", """{"placedAt":"2010-12-01T08:26:00Z"}""");
        using var unknown = await Shop.Http.PostAsync("/orders/C1/cancellation", """{"customerId":"c"}""");

        await AssertProblemAsync(nobody, HttpStatusCode.BadRequest, "customerId", "no customer", "cancellation");
        Assert.Equal(HttpStatusCode.Accepted, unknown.StatusCode);
    }

    [Fact]
    public async Task What_is_accepted_is_in_the_log_when_the_answer_says_so_under_the_customers_key()
    {
        var customer = kafka.NewPrefix() + "c";
        await AssertInLogAsync("/orders", Orders.Json("o-1", customer), "orders", "order.created", customer);
        await AssertInLogAsync("/orders/o-1/cancellation", $$"""{"customerId":"{{customer}}"}""", "orders", "order.cancelled", customer);
        await AssertInLogAsync("/users", $$"""{"customerId":"{{customer}}","name":"N","country":"Norway"}""", "users", "user.registered", customer);
    }

    [Fact]
    public async Task Retrying_with_an_idempotency_key_keeps_the_events_id()
    {
        var customer = kafka.NewPrefix() + "c";
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
            {
                Content = new StringContent(Orders.Json("o-1", customer), Encoding.UTF8, "application/json"),
                Headers = { { "Idempotency-Key", "the-key" } },
            };
            using var response = await Shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        var copies = new KafkaLog(kafka.Address).Read("orders").Where(entry => entry.Key == customer).ToArray();
        Assert.Equal(2, copies.Length);
        Assert.All(copies, copy => Assert.Contains("the-key", copy.Headers.Values));
    }

    private async Task AssertInLogAsync(string path, string json, string topic, string type, string customer)
    {
        using var response = await Shop.Http.PostAsync(path, json);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        using var place = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(topic, place.RootElement.GetProperty("topic").GetString());
        var record = new KafkaLog(kafka.Address).Read(topic).Single(entry =>
            entry.Partition == place.RootElement.GetProperty("partition").GetInt32() && entry.Offset == place.RootElement.GetProperty("offset").GetInt64());
        Assert.Equal(customer, record.Key);
        Assert.Contains(type, record.Headers.Values);
        Assert.Contains(customer, record.Value, StringComparison.Ordinal);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string field, string reason, string sent)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == response.StatusCode, $"{sent} gave {response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.True(
            field == problem.RootElement.GetProperty("field").GetString() && reason == problem.RootElement.GetProperty("reason").GetString(),
            $"{sent} was to name {field}, {reason}: {text}");
        Assert.DoesNotContain("Storefront.", text, StringComparison.Ordinal);
    }

    private static string Order(
        string id = "\"o\"", string customer = "\"c\"", string placedAt = "\"2010-12-01T08:26:00Z\"", string country = "\"UK\"", string lines = $"[{Line}]") =>
        $$"""{"orderId":{{id}},"customerId":{{customer}},"placedAt":{{placedAt}},"country":{{country}},"lines":{{lines}}}""";
}
