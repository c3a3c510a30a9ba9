using System.Net;
using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>Kafka is not there: always a development broker of this test's own, whose listener can be closed.</summary>
public sealed class KafkaAwayTests
{
    [Fact]
    public async Task While_Kafka_is_away_a_post_is_a_503_readiness_says_why_and_all_comes_back_by_itself()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var shop = await ShopProcess.StartAsync("--kafka", broker.BootstrapServers);
        await AssertWorksAsync(shop, "before");

        await broker.StopListeningAsync();
        await AssertAwayAsync(shop);

        await broker.StartListeningAsync(TestContext.Current.CancellationToken);
        await AssertWorksAsync(shop, "after");
    }

    [Fact]
    public async Task The_program_starts_without_Kafka_and_works_when_Kafka_comes()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await broker.StopListeningAsync();
        await using var shop = await ShopProcess.StartAsync("--kafka", broker.BootstrapServers);
        await AssertAwayAsync(shop);

        await broker.StartListeningAsync(TestContext.Current.CancellationToken);
        await AssertWorksAsync(shop, "after");
    }

    private static async Task AssertAwayAsync(ShopProcess shop)
    {
        using var response = await shop.Http.PostAsync("/orders", Orders.Json("o-away", "c"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        await Eventually.SeesAsync("readiness says why", () => ReadyAsync(shop), ready => ready.Status == HttpStatusCode.ServiceUnavailable && ready.Body.Contains("kafka", StringComparison.OrdinalIgnoreCase));
        await Eventually.SeesAsync("the status says it", () => StatusPage.OfAsync(shop), status => !status.Connected);
        using var live = await shop.Http.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    private static async Task AssertWorksAsync(ShopProcess shop, string when)
    {
        await Eventually.SeesAsync($"ready {when}", () => ReadyAsync(shop), ready => ready.Status == HttpStatusCode.OK);
        await Eventually.SeesAsync(
            $"an order is accepted {when}",
            async () =>
            {
                using var response = await shop.Http.PostAsync("/orders", Orders.Json($"o-{when}", "c"));
                return response.StatusCode;
            },
            status => status == HttpStatusCode.Accepted);
        await Eventually.SeesAsync(
            $"all groups have caught up {when}",
            () => StatusPage.OfAsync(shop),
            status => status.Connected && status.Groups.All(group => group is { State: "running", Lag: 0, Handled: > 0 }));
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(ShopProcess shop)
    {
        using var response = await shop.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
