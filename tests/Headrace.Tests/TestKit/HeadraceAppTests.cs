using Billing.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headrace.Tests.TestKit;

public sealed class HeadraceAppTests
{
    #region failure
    [Fact]
    public async Task An_order_that_cannot_be_billed_is_dead_lettered_with_the_reason()
    {
        await using var app = await HeadraceApp.StartAsync<Invoices>();                       // dev broker + the whole program + a clock that can be moved

        await app.ProduceAsync("orders", "o-1", new OrderPlaced("o-1", "c-1", Total: -1m));   // the application's own serializer and type header
        await app.WhenSettledAsync("billing", skipDelays: true);                              // moves time on through every retry

        var dead = await app.ReadOneAsync<OrderPlaced>("orders.billing.dlt");
        Assert.Equal("System.ArgumentOutOfRangeException", dead.Failure!.ExceptionType);
        Assert.Equal("o-1", dead.Message!.OrderId);
    }
    #endregion

    #region flow
    [Fact]
    public async Task An_order_opens_an_invoice()
    {
        await using var app = await HeadraceApp.StartAsync<Invoices>();

        await app.ProduceAsync("orders", "o-1", new OrderPlaced("o-1", "c-1", Total: 12m));

        var invoice = await app.ReadOneAsync<InvoiceOpened>("invoices");
        Assert.Equal(new("o-1", 12m), invoice.Message);
        Assert.Equal("o-1", invoice.Key);
    }
    #endregion

    #region redrive
    [Fact]
    public async Task A_redrive_after_the_repair_bills_what_was_dead_lettered()
    {
        var invoices = new RepairableInvoices();
        await using var app = await HeadraceApp.StartAsync<Invoices>(options => options.ConfigureServices = services => services.Replace(ServiceDescriptor.Singleton<Invoices>(invoices)));
        await app.ProduceAsync("orders", "o-1", new OrderPlaced("o-1", "c-1", Total: 12m));
        await app.WhenSettledAsync("billing", skipDelays: true);

        invoices.IsRepaired = true;
        await app.Services.GetRequiredService<DeadLetters>().RedriveAsync("billing", options: new() { Target = RedriveTarget.Origin });

        await app.WhenSettledAsync("billing");
        Assert.Equal(12m, (await app.ReadOneAsync<InvoiceOpened>("invoices")).Message!.Total);
    }
    #endregion

    [Fact]
    public async Task A_delay_is_skipped_and_not_waited_for()
    {
        await using var app = await HeadraceApp.StartAsync<Invoices>();
        await app.ProduceAsync("orders", "o-1", new OrderPlaced("o-1", "c-1", -1m));
        await app.WhenSettledAsync("billing", skipDelays: true);
        var failure = (await app.ReadOneAsync<OrderPlaced>("orders.billing.dlt")).Failure!;
        Assert.Equal(3, failure.Attempts);
        Assert.Equal(("orders", "billing", "OrderPlaced"), (failure.Origin.Topic, failure.Group, failure.Handler));
        // The default policy waits about 200 ms and 800 ms, at least half of that.
        Assert.True(failure.LastFailedAt - failure.FirstFailedAt >= TimeSpan.FromMilliseconds(500));
        Assert.True(app.Time.Moved > TimeSpan.Zero);
    }

    [Fact]
    public async Task Retry_topics_are_walked_at_once()
    {
        await using var app = await HeadraceApp.StartAsync<Invoices>(options =>
        {
            options.Configuration["Kafka:Groups:billing:Failures:RetryTopics:0"] = "00:00:10";
            options.Configuration["Kafka:Groups:billing:Failures:RetryTopics:1"] = "06:00:00";
            options.Configuration["Kafka:Groups:billing:Failures:RetryTopics:2"] = "3.00:00:00";
        });
        await app.ProduceAsync("orders", "o-1", new OrderPlaced("o-1", "c-1", -1m));
        await app.WhenSettledAsync("billing", skipDelays: true);
        var failure = (await app.ReadOneAsync<OrderPlaced>("orders.billing.dlt")).Failure!;
        Assert.True(failure.LastFailedAt - failure.FirstFailedAt >= new TimeSpan(3, 6, 0, 10));
        Assert.Equal(6, failure.Attempts);
    }

    [Fact]
    public async Task A_wait_in_vain_says_what_was_seen()
    {
        using var never = new ManualResetEventSlim();
        await using var app = await HeadraceApp.StartAsync<Invoices>(options =>
        {
            options.Deadline = TimeSpan.FromSeconds(3);
            options.ConfigureServices = services => services.Replace(ServiceDescriptor.Singleton<Invoices>(new BlockedInvoices(never)));
        });
        await app.ProduceAsync("orders", "o-1", new OrderPlaced("o-1", "c-1", -1m));
        await app.ProduceAsync("orders", "o-2", new OrderPlaced("o-2", "c-1", 1m));
        var unsettled = await Assert.ThrowsAsync<TimeoutException>(() => app.WhenSettledAsync("billing", skipDelays: true));
        Assert.StartsWith("After 3 s: Group 'billing' has not settled everything. Seen:", unsettled.Message, StringComparison.Ordinal);
        Assert.Contains("group billing: Running, handled 0, failed 3, retried 2, dead-lettered 1, in flight 1; last error: ArgumentOutOfRangeException at orders[", unsettled.Message, StringComparison.Ordinal);
        Assert.Contains("settled to 0 of 1", unsettled.Message, StringComparison.Ordinal);
        Assert.Contains("orders.billing.dlt: 1 dead letters: 1 × System.ArgumentOutOfRangeException", unsettled.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<TimeoutException>(() => app.ReadOneAsync<InvoiceOpened>("invoices"));
        Assert.StartsWith("After 3 s: invoices has 0 of 1 records. Seen:", missing.Message, StringComparison.Ordinal);
        never.Set();
        var unknown = await Assert.ThrowsAsync<ArgumentException>(() => app.WhenSettledAsync("bilings"));
        Assert.StartsWith("The application has no group 'bilings'. It has: billing.", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_program_throws_before_it_runs_is_thrown()
    {
        var fault = await Assert.ThrowsAsync<HeadraceConfigurationException>(() =>
            HeadraceApp.StartAsync<Invoices>(options => options.Configuration["Kafka:Groups:billing:Workers"] = "many"));
        Assert.Contains("Kafka:Groups:billing:Workers", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applications_under_test_run_side_by_side()
    {
        var apps = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => HeadraceApp.StartAsync<Invoices>()));
        await Task.WhenAll(apps.Select((app, index) => app.ProduceAsync("orders", "o", new OrderPlaced($"o-{index}", "c", 1m)).AsTask()));
        var invoices = await Task.WhenAll(apps.Select(app => app.ReadOneAsync<InvoiceOpened>("invoices")));
        Assert.Equal(["o-0", "o-1", "o-2"], invoices.Select(invoice => invoice.Message!.OrderId));
        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }
    }

    private sealed class RepairableInvoices : Invoices
    {
        public bool IsRepaired { get; set; }

        public override InvoiceOpened Open(OrderPlaced order) => IsRepaired ? base.Open(order) : throw new InvalidOperationException("The ledger is closed.");
    }

    private sealed class BlockedInvoices(ManualResetEventSlim until) : Invoices
    {
        public override InvoiceOpened Open(OrderPlaced order)
        {
            var invoice = base.Open(order);
            until.Wait();
            return invoice;
        }
    }
}
