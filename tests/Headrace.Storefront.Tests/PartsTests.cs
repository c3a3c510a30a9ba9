using System.Text.Json;
using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>Shop and billing as processes of their own, one of which goes away under traffic.</summary>
public sealed class PartsTests(KafkaUnderTest kafka)
{
    private const int Before = 400;
    private const int After = 400;

    private sealed record Payment(string OrderId);

    [Fact]
    public async Task Killing_billing_under_traffic_loses_nothing_and_repeats_only_what_was_not_committed()
    {
        var log = new KafkaLog(kafka.Address);
        var uncommitted = 0L;

        var (accepted, billed) = await RunAsync(async billing =>
        {
            await billing.KillAsync();
            uncommitted = log.Lag("billing", "orders");
        });

        foreach (var (customer, orders) in accepted)
        {
            Assert.Equal(orders, billed[customer].Distinct());
        }

        var repeated = billed.Values.Sum(bills => bills.Count) - accepted.Values.Sum(orders => orders.Count);
        Assert.True(repeated <= uncommitted, $"{repeated} orders were billed twice, and {uncommitted} were not committed when billing died.");
    }

    [Fact]
    public async Task Stopping_billing_under_traffic_loses_and_repeats_nothing()
    {
        var (accepted, billed) = await RunAsync(billing => billing.TerminateAsync());

        foreach (var (customer, orders) in accepted)
        {
            Assert.Equal(orders, billed[customer]);
        }
    }

    [Fact]
    public async Task A_part_counts_its_own_groups_and_shows_the_others_by_their_lag()
    {
        await using var billing = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "billing");
        await using var shop = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "shop");
        using var response = await shop.Http.PostAsync("/orders", Orders.Json("o", kafka.NewPrefix() + "c"));
        response.EnsureSuccessStatusCode();

        var there = await Eventually.SeesAsync("billing has billed", () => StatusPage.OfAsync(billing), status => status["billing"].Handled > 0 && status["billing"].Lag == 0);
        var here = await Eventually.SeesAsync("billing's lag is seen by the shop", () => StatusPage.OfAsync(shop), status => status["billing"].Lag == 0);

        Assert.Equal("running", there["billing"].State);
        Assert.True(there.Produced["payments"] > 0);
        Assert.Equal(0, here["billing"].Handled);
        Assert.Equal(1, here.Produced["orders"]);
        Assert.Equal(["analytics", "billing", "notifications"], here.Groups.Select(group => group.Name).Order());
    }

    /// <summary>Orders flow, <paramref name="end"/> ends billing in the midst of them, and billing is started again. All orders have been seen to when this returns.</summary>
    private async Task<(IReadOnlyDictionary<string, List<string>> Accepted, Dictionary<string, List<string>> Billed)> RunAsync(Func<ShopProcess, Task> end)
    {
        await using var shop = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "shop");
        await using var first = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "billing");
        var traffic = new CallerTraffic(shop.Http, kafka.NewPrefix());
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = traffic.RunAsync(enough.Token);
        await Eventually.IsTrueAsync($"{Before} orders", () => running.IsCompleted || traffic.Count >= Before);
        await Eventually.SeesAsync("billing is at work", () => StatusPage.OfAsync(first), status => status["billing"].Handled > 0);

        await end(first);

        await using var second = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "billing");
        var soFar = traffic.Count;
        await Eventually.IsTrueAsync($"{After} orders more", () => running.IsCompleted || traffic.Count >= soFar + After);
        await enough.CancelAsync();
        await running;
        var log = new KafkaLog(kafka.Address);
        await Eventually.SeesAsync("billing has no lag", () => Task.FromResult(log.Lag("billing", "orders")), lag => lag == 0);
        await second.TerminateAsync();

        var billed = log.Read("payments")
            .Where(entry => traffic.Accepted.ContainsKey(entry.Key!))
            .GroupBy(entry => entry.Key!)
            .ToDictionary(group => group.Key, group => group.Select(entry => JsonSerializer.Deserialize<Payment>(entry.Value!, JsonSerializerOptions.Web)!.OrderId).ToList());
        return (traffic.Accepted, billed);
    }
}
