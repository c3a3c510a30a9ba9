using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>The shop with its schemas in a registry, and with a broker of its own: its topics hold another format than the other tests'.</summary>
public sealed class FormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-formats").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("avro")]
    [InlineData("protobuf")]
    public async Task Events_go_through_Kafka_in_the_format_and_the_page_shows_them_decoded_after_a_restart_too(string format)
    {
        string[] arguments = ["--format", format, "--broker-port", FreePort(), "--registry-port", FreePort(), "--data", _folder];
        await using (var shop = await ShopProcess.StartAsync([.. arguments, "--role", "shop,broker"]))
        {
            using var response = await shop.Http.PostAsync("/orders", Orders.Json("o-1", "c-1"));
            Assert.True(response.StatusCode == HttpStatusCode.Accepted, shop.Output);
            await shop.TerminateAsync();
        }

        Assert.Contains("OrderCreated", await File.ReadAllTextAsync(Path.Combine(_folder, "schemas.jsonl"), Cancellation), StringComparison.Ordinal);
        await using var all = await ShopProcess.StartAsync(arguments);
        var status = await Eventually.SeesAsync("the order is billed", () => StatusPage.OfAsync(all), status => status["billing"].Handled == 1 && status["analytics"].Handled >= 2);
        var billed = status.Recent.EnumerateArray().Single(entry => entry.GetProperty("what").GetString() == "billed").GetProperty("event");
        Assert.Equal(("o-1", "United Kingdom", 2.5m), (billed.GetProperty("orderId").GetString(), billed.GetProperty("country").GetString(), billed.GetProperty("lines")[0].GetProperty("unitPrice").GetDecimal()));
        Assert.Equal(JsonValueKind.Null, billed.GetProperty("lines")[0].GetProperty("description").ValueKind);
    }

    [Fact]
    public async Task An_incompatible_change_of_an_event_keeps_the_shop_from_starting_in_words_to_act_on()
    {
        await using var registry = await DevSchemaRegistry.StartAsync(cancellation: Cancellation);
        using var client = new SchemaRegistryClient(new() { Url = registry.Url, Timeout = TimeSpan.FromSeconds(30) });
        const string before = """
            {"type":"record","name":"OrderCreated","namespace":"Storefront.Contracts","fields":[{"name":"orderId","type":"string"},{"name":"customerId","type":"string"}]}
            """;
        await client.RegisterAsync("orders-Storefront.Contracts.OrderCreated", new(before), Cancellation);
        var (exitCode, output) = await ShopProcess.RunAsync("--port", "0", "--format", "avro", "--registry", registry.Url, "--broker-port", FreePort(), "--data", "");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Topic 'orders' cannot be produced to: The subject 'orders-Storefront.Contracts.OrderCreated' does not accept the schema of Storefront.Contracts.OrderCreated (Backward)", output, StringComparison.Ordinal);
        Assert.Contains("$.country: ", output, StringComparison.Ordinal);
        Assert.Contains("Change the type so that both versions can live together, or put the new one on another topic.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compatible_change_of_an_event_is_handled_by_the_shop_that_runs()
    {
        var (brokerPort, registryPort) = (FreePort(), FreePort());
        await using var shop = await ShopProcess.StartAsync("--format", "avro", "--broker-port", brokerPort, "--registry-port", registryPort, "--data", "");
        using var response = await shop.Http.PostAsync("/orders", Orders.Json("o-1", "c-1"));
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, shop.Output);
        await Eventually.SeesAsync("the order is billed", () => StatusPage.OfAsync(shop), status => status["billing"].Handled == 1);

        using var client = new SchemaRegistryClient(new() { Url = $"http://127.0.0.1:{registryPort}", Timeout = TimeSpan.FromSeconds(30) });
        const string subject = "orders-Storefront.Contracts.OrderCreated";
        var next = JsonNode.Parse((await client.GetAsync(subject, cancellation: Cancellation)).Schema.Text)!;
        next["fields"]!.AsArray().Add(JsonNode.Parse("""{"name":"note","type":["null","string"],"default":null}"""));
        var id = await client.RegisterAsync(subject, new(next.ToJsonString()), Cancellation);
        // The new field is the last: the branch of its union, a length, a text.
        await new KafkaLog($"127.0.0.1:{brokerPort}").RepeatAsync("orders", value => [0, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id, .. value.AsSpan(5), 2, 2, (byte)'n']);

        var after = await Eventually.SeesAsync("the order of the next version is billed", () => StatusPage.OfAsync(shop), status => status["billing"].Handled == 2);
        Assert.Equal(0, after["billing"].DeadLetterDepth);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
