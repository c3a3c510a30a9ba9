using Headrace.Storefront.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Storefront.Tests;

/// <summary>Orders that the bank refuses: through the retry tiers to the dead-letter topic, and back once billing is repaired.</summary>
public sealed class TiersTests(KafkaUnderTest kafka)
{
    private const int Refused = 6;
    private const string Exception = "BankRefusedException";
    private static readonly string[] Tiers = ["00:00:00.100", "00:00:00.300"];

    [Fact]
    public async Task Refused_orders_walk_the_tiers_and_wait_with_their_reason_until_a_redrive_after_the_repair()
    {
        var prefix = kafka.NewPrefix();
        var log = new KafkaLog(kafka.Address);
        using var letters = new DeadLetters(new Dictionary<string, string> { ["bootstrap.servers"] = kafka.Address }, NullLoggerFactory.Instance);
        await using (var broken = await StartAsync(limit: "100"))
        {
            await Eventually.SeesAsync("billing runs", () => StatusPage.OfAsync(broken), seen => seen["billing"].State == "running");
            await letters.DiscardAsync("billing", cancellation: TestContext.Current.CancellationToken);    // of other tests
            for (var i = 0; i < Refused; i++)
            {
                using var large = await broken.Http.PostAsync("/orders", Orders.Json($"{prefix}large-{i}", $"{prefix}{i}", unitPrice: 75, quantity: 2));
                using var small = await broken.Http.PostAsync("/orders", Orders.Json($"{prefix}small-{i}", $"{prefix}{i}"));
                Assert.True(large.IsSuccessStatusCode && small.IsSuccessStatusCode);
            }

            var status = await Eventually.SeesAsync("all refused orders are dead", () => StatusPage.OfAsync(broken), seen => seen["billing"].DeadLetterDepth == Refused);
            Assert.Equal($"{Refused} × Storefront.Groups.{Exception}", status["billing"].DeadLetterReason);
            Assert.Equal(Refused * Tiers.Length, status["billing"].Retried);
            foreach (var topic in new[] { "orders.billing.retry.100ms", "orders.billing.retry.300ms", "orders.billing.dlt" })
            {
                Assert.Equal(Refused, log.Read(topic).Count(entry => entry.Value!.Contains($"{prefix}large-", StringComparison.Ordinal)));
            }

            Assert.Equal(Refused, Payments(log, prefix));
            await broken.TerminateAsync();
        }

        await using var repaired = await StartAsync(limit: "1000");
        var redriven = await letters.RedriveAsync("billing", new() { Exception = Exception }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Refused, redriven.Done);
        await Eventually.SeesAsync("everything is paid", () => Task.FromResult(Payments(log, prefix)), payments => payments == 2 * Refused);
        var after = await Eventually.SeesAsync("nothing is dead", () => StatusPage.OfAsync(repaired), seen => seen["billing"].DeadLetterDepth == 0);
        Assert.Null(after["billing"].DeadLetterReason);
    }

    private static int Payments(KafkaLog log, string prefix) => log.Read("payments").Count(entry => entry.Key!.StartsWith(prefix, StringComparison.Ordinal));

    private Task<ShopProcess> StartAsync(string limit) => ShopProcess.StartAsync(
        new Dictionary<string, string>
        {
            ["Billing__Limit"] = limit,
            ["Kafka__Groups__billing__Failures__RetryTopics__0"] = Tiers[0],
            ["Kafka__Groups__billing__Failures__RetryTopics__1"] = Tiers[1],
        },
        "--kafka", kafka.Address, "--role", "shop,billing");
}
