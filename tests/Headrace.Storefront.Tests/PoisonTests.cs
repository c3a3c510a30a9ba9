using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>Orders that cost nothing cannot be billed; they stand for every record that no trying again will cure.</summary>
public sealed class PoisonTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_poison_key_ends_in_the_dead_letter_topic_with_its_reason_and_the_others_flow()
    {
        var prefix = kafka.NewPrefix();
        var poison = prefix + "free";
        var log = new KafkaLog(kafka.Address);
        await using var shop = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "shop,billing");
        for (var i = 0; i < 40; i++)
        {
            using var free = await shop.Http.PostAsync("/orders", Orders.Json($"{prefix}free-{i}", poison, unitPrice: 0));
            using var paid = await shop.Http.PostAsync("/orders", Orders.Json($"{prefix}paid-{i}", $"{prefix}{i % 5}"));
            Assert.True(free.IsSuccessStatusCode && paid.IsSuccessStatusCode);
        }

        await Eventually.SeesAsync("billing has no lag", () => Task.FromResult(log.Lag("billing", "orders")), lag => lag == 0);

        var dead = log.Read("orders.billing.dlt").Where(entry => entry.Key == poison).ToArray();
        var sent = log.Read("orders").Where(entry => entry.Key == poison).ToArray();
        Assert.Equal(sent.Select(entry => entry.Value), dead.Select(entry => entry.Value));
        Assert.All(dead, entry => Assert.Contains(entry.Headers.Values, value => value.Contains("total of zero", StringComparison.Ordinal)));
        Assert.All(dead, entry => Assert.Contains(entry.Headers.Values, value => value.Contains("NothingToBillException", StringComparison.Ordinal)));
        Assert.Equal(40, log.Read("payments").Count(entry => entry.Key!.StartsWith(prefix, StringComparison.Ordinal)));
        var status = await Eventually.SeesAsync("the status shows it", () => StatusPage.OfAsync(shop), seen => seen["billing"].DeadLettered == 40);
        Assert.Equal(0, status["billing"].Retried);
        Assert.Contains("NothingToBillException", status["billing"].LastError, StringComparison.Ordinal);
    }
}
