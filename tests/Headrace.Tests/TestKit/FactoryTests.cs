using System.Net.Http.Json;
using Billing.Web;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Headrace.Tests.TestKit;

public sealed class FactoryTests
{
    #region factory
    [Fact]
    public async Task An_order_that_is_posted_is_billed()
    {
        await using var kafka = await DevBroker.StartAsync();
        await using var factory = new WebApplicationFactory<PlaceOrder>().UseDevBroker(kafka);
        using var client = factory.CreateClient();
        await using var app = HeadraceApp.Over(factory.Services);

        using var answer = await client.PostAsJsonAsync("/orders", new PlaceOrder("o-1", 12m));

        answer.EnsureSuccessStatusCode();
        await app.WhenSettledAsync("web-billing", skipDelays: true);
        Assert.Equal(12m, (await app.ReadOneAsync<OrderBilled>("web.bills")).Message!.Total);
    }
    #endregion

    [Fact]
    public async Task A_web_program_is_called_by_its_own_address()
    {
        await using var app = await HeadraceApp.StartAsync<PlaceOrder>();
        using var answer = await app.Http.PostAsJsonAsync("/orders", new PlaceOrder("o-2", 7m), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("o-2", (await app.ReadOneAsync<OrderBilled>("web.bills")).Key);
    }
}
