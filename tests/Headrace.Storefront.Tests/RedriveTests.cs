using Headrace.Storefront.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Storefront.Contracts;
using Storefront.Groups;

namespace Headrace.Storefront.Tests;

/// <summary>The whole sample in this process, by Headrace.Testing: what cannot be billed, the repair, the redrive.</summary>
public sealed class RedriveTests
{
    [Fact]
    public async Task A_redrive_after_billing_was_repaired_empties_the_dead_letter_topic()
    {
        await using var shop = await HeadraceApp.StartAsync<Program>(options =>
        {
            options.Arguments = kafka => ["--kafka", kafka, "--role", "shop,billing", "--port", "0"];
            // A restart with the setting does it too; here the running shop is to read it.
            options.Configuration[Billing.AcceptsFreeOrders] = "false";
        });
        foreach (var order in new[] { Orders.Json("o-1", "c-1", unitPrice: 0), Orders.Json("o-2", "c-1"), Orders.Json("o-3", "c-2", unitPrice: 0) })
        {
            using var answer = await shop.Http.PostAsync("/orders", order);
            answer.EnsureSuccessStatusCode();
        }

        await shop.WhenSettledAsync("billing", skipDelays: true);
        Assert.Single(await shop.ReadAllAsync<PaymentProcessed>("payments"));
        var dead = await shop.ReadAllAsync<OrderCreated>("orders.billing.dlt");
        Assert.Equal(["o-1", "o-3"], dead.Select(letter => letter.Message!.OrderId).Order());
        Assert.All(dead, letter => Assert.Equal("Storefront.Groups.NothingToBillException", letter.Failure!.ExceptionType));
        var status = await BillingAsync(shop, seen => seen.DeadLetterDepth == 2);
        Assert.Equal("2 × Storefront.Groups.NothingToBillException", status.DeadLetterReason);

        shop.Services.GetRequiredService<IConfiguration>()[Billing.AcceptsFreeOrders] = "true";
        var redriven = await shop.Services.GetRequiredService<DeadLetters>().RedriveAsync("billing", options: new() { Target = RedriveTarget.Origin });

        Assert.Equal(2, redriven.Done);
        await shop.WhenSettledAsync("billing");
        Assert.Equal(["o-1", "o-2", "o-3"], (await shop.ReadAllAsync<PaymentProcessed>("payments")).Select(payment => payment.Message!.OrderId).Order());
        Assert.Null((await BillingAsync(shop, seen => seen.DeadLetterDepth == 0)).DeadLetterReason);
    }

    private static async Task<StatusPage.Group> BillingAsync(HeadraceApp shop, Predicate<StatusPage.Group> reached) =>
        (await Eventually.SeesAsync("the status shows it", () => StatusPage.OfAsync(shop.Http), seen => reached(seen["billing"])))["billing"];
}
