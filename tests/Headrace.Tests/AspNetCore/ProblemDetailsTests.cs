using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Tests.AspNetCore;

public sealed class ProblemDetailsTests : IAsyncLifetime
{
    private const int Limit = 2_000_000;

    private DevBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await DevBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData("{\"id\":\"o-1\",\"lines\":[", "lines[0]", "malformed", "Production")]
    [InlineData("not json", "body", "malformed", "Production")]
    [InlineData("not json", "body", "malformed", "Development")]
    [InlineData("{\"id\":\"o-1\",\"lines\":[{\"quantity\":\"many\"}]}", "lines[0].quantity", "whole number", "Production")]
    [InlineData("{\"lines\":[]}", "id", "required", "Production")]
    [InlineData("{\"id\":7,\"lines\":[]}", "id", "text", "Development")]
    [InlineData("{\"id\":\"o-1\",\"lines\":[],\"at\":\"soon\"}", "at", "ISO 8601", "Production")]
    [InlineData("", "body", "required", "Production")]
    [InlineData("null", "body", "required", "Development")]
    public async Task Bad_json_is_a_400_that_names_field_and_reason(string body, string field, string reason, string environment)
    {
        await using var app = await StartAsync(environment);

        using var reply = await PostAsync(app, body);

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        var errors = (await ReadAsync(reply)).GetProperty("errors");
        Assert.Contains(reason, errors.GetProperty(field)[0].GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("System.", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_content_type_is_a_415()
    {
        await using var app = await StartAsync();

        using var reply = await PostAsync(app, "id=o-1", "text/plain");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.StatusCode);
        Assert.Contains("text/plain", (await ReadAsync(reply)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task A_body_over_the_limit_is_a_413_that_says_the_limit(string environment)
    {
        await using var app = await StartAsync(environment);

        using var reply = await PostAsync(app, $"{{\"id\":\"{new string('x', Limit)}\"}}");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
        Assert.Contains($"{Limit} bytes", (await ReadAsync(reply)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_is_too_large_for_its_topic_is_a_413()
    {
        await using var app = await StartAsync();

        using var reply = await PostAsync(app, $"{{\"id\":\"{new string('x', 1_500_000)}\",\"lines\":[]}}");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
        Assert.Contains("orders", (await ReadAsync(reply)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_Kafka_it_is_a_503_with_Retry_After_and_what_is_known()
    {
        await using var app = await StartAsync();
        await _broker.StopListeningAsync();

        using var reply = await PostAsync(app, "{\"id\":\"o-1\",\"lines\":[]}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.NotNull(reply.Headers.RetryAfter?.Delta);
        Assert.True((await ReadAsync(reply)).TryGetProperty("possiblyStored", out _));
    }

    [Fact]
    public async Task A_reply_that_is_lost_is_a_503_that_says_the_outcome_is_unknown()
    {
        await using var app = await StartAsync();
        using (var first = await PostAsync(app, "{\"id\":\"o-1\",\"lines\":[]}"))
        {
            Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        }

        using var hole = _broker.BlackHole();
        using var reply = await PostAsync(app, "{\"id\":\"o-2\",\"lines\":[]}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        var problem = await ReadAsync(reply);
        Assert.True(problem.GetProperty("possiblyStored").GetBoolean());
        Assert.Contains("unknown", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_schema_registry_it_is_a_503_and_nothing_is_stored()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHeadraceProblemDetails();
        await using var app = builder.Build();
        app.UseHeadraceProblemDetails();
        app.MapPost("/orders", IResult () => throw new FormatUnavailableException("The registry is away."));
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var reply = await PostAsync(app, "{}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.NotNull(reply.Headers.RetryAfter?.Delta);
        Assert.False((await ReadAsync(reply)).GetProperty("possiblyStored").GetBoolean());
    }

    [Fact]
    public async Task Health_says_live_and_ready_and_why_not()
    {
        await using var app = await StartAsync();
        using var http = new HttpClient { BaseAddress = AddressOf(app) };
        await Testing.Wait.UntilAsync("ready", async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode);

        await _broker.StopListeningAsync();
        await Testing.Wait.UntilAsync("not ready", async () => (int)(await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode == 503);

        using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains(_broker.BootstrapServers, await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var live = await http.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("Healthy", (await ReadAsync(live)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task An_endpoint_that_takes_a_producer_of_two_topics_without_a_name_fails_the_start()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["ConnectionStrings:kafka"] = _broker.BootstrapServers;
        builder.AddHeadrace().AddProducer<Order>("orders", key: order => order.Id).AddProducer<Order>("orders-eu", key: order => order.Id);
        builder.Services.AddHeadraceProblemDetails();
        await using var app = builder.Build();
        app.MapPost("/named", async (Order order, [FromKeyedServices("orders")] ITopicProducer<Order> orders) => await orders.ProduceAsync(order));
        app.MapPost("/unnamed", async (Order order, ITopicProducer<Order> orders) => await orders.ProduceAsync(order));

        var error = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("/unnamed", Assert.Single(error.Faults), StringComparison.Ordinal);
    }

    private async Task<WebApplication> StartAsync(string environment = "Production")
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = Limit);
        builder.Configuration["ConnectionStrings:kafka"] = _broker.BootstrapServers;
        builder.Configuration["Kafka:Producer:message.timeout.ms"] = "1500";
        builder.Configuration["Kafka:MissingTopics"] = "Create";
        builder.AddHeadrace().AddProducer<Order>("orders", key: order => order.Id);

        #region problems
        builder.Services.AddHeadraceProblemDetails();
        builder.Services.AddHealthChecks().AddHeadrace();
        var app = builder.Build();

        app.UseHeadraceProblemDetails();
        app.MapHeadraceHealth();              // /health/live and /health/ready
        #endregion

        app.MapPost("/orders", async (Order order, ITopicProducer<Order> orders) => Results.Accepted(null, await orders.ProduceAsync(order)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var status = app.Services.GetRequiredService<HeadraceStatus>();
        await Testing.Wait.UntilAsync("the topic is there", async () => status.IsConnected && await status.LagOfAsync("none", ["orders"]) is not null);
        return app;
    }

    private static Uri AddressOf(WebApplication app) => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static async Task<HttpResponseMessage> PostAsync(WebApplication app, string body, string contentType = "application/json")
    {
        using var http = new HttpClient { BaseAddress = AddressOf(app) };
        using var content = new StringContent(body, Encoding.UTF8, contentType);
        return await http.PostAsync(new Uri("/orders", UriKind.Relative), content, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage reply) => await reply.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    internal sealed record OrderLine(int Quantity);

    internal sealed record Order
    {
        public required string Id { get; init; }

        public required IReadOnlyList<OrderLine> Lines { get; init; }

        public DateTimeOffset? At { get; init; }
    }
}
