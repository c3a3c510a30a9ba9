using Headrace.Storefront.Tests.Testing;
using Storefront.Contracts;

namespace Headrace.Storefront.Tests.FirstConsumer;

/// <summary>The group that docs/first-consumer.md adds, in a program beside the running shop.</summary>
public sealed class FirstConsumerTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_group_that_is_added_later_reads_all_history_and_stays_up_to_date()
    {
        var prefix = kafka.NewPrefix();
        var log = new KafkaLog(kafka.Address);
        await log.ForgetGroupAsync("loyalty");
        await using var shop = await ShopProcess.StartAsync("--kafka", kafka.Address, "--role", "shop");
        await PostAsync(shop, prefix, 30);
        var history = CreatedIn(log);

        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:kafka"] = kafka.Address;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddHeadrace("kafka").UseJson(ContractsJson.Default);
        await using var app = builder.Build();
        foreach (var group in LoyaltyRole.Groups)
        {
            group.Map(app);
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        await SettledAsync(app, log, history);

        await PostAsync(shop, prefix, 10);
        await SettledAsync(app, log, history + 10);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    private static int CreatedIn(KafkaLog log) => log.Read(Topics.Orders).Count(entry => entry.Headers.Values.Contains("order.created"));

    private static async Task SettledAsync(WebApplication app, KafkaLog log, int handled)
    {
        var status = app.Services.GetRequiredService<HeadraceStatus>();
        await Eventually.SeesAsync("the group handles all orders", () => Task.FromResult(status.Groups().Single().Handled), seen => seen == handled);
        await Eventually.SeesAsync("the group has no lag", () => Task.FromResult(log.Lag("loyalty", Topics.Orders)), lag => lag == 0);
    }

    private static async Task PostAsync(ShopProcess shop, string prefix, int orders)
    {
        for (var i = 0; i < orders; i++)
        {
            using var response = await shop.Http.PostAsync("/orders", Orders.Json($"{prefix}{i}", $"{prefix}{i % 3}"));
            response.EnsureSuccessStatusCode();
        }
    }
}
