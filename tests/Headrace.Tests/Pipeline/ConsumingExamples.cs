using Headrace.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Tests.Pipeline;

/// <summary>What docs/consuming.md shows.</summary>
public sealed class ConsumingExamples
{
    private readonly HeadraceTopology _topology = new("kafka");
    private readonly WebApplication _app;

    public ConsumingExamples()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(_topology).AddSingleton<Invoices>().AddScoped<ShopDb>().AddSingleton<Archive>().AddSingleton<Terminal>();
        _app = builder.Build();
    }

    [Fact]
    public void Handlers()
    {
        var app = _app;
        #region handlers
        var billing = app.MapConsumerGroup("billing").WithWorkers(20, Ordering.ByKey);

        var orders = billing.MapTopic("orders").Ignore("order-viewed");
        orders.On((OrderPlaced order, Invoices invoices, CancellationToken cancellation) => invoices.OpenAsync(order, cancellation));
        orders.On<OrderCancelled, RefundHandler>();
        orders.On((OrderShipped order) => new InvoiceDue(order.OrderId)).ProduceTo("invoices");
        orders.OnTombstone((RecordKey order, Invoices invoices) => invoices.ForgetAsync(order));
        #endregion
        AssertValid();
    }

    [Fact]
    public void Parameters()
    {
        var orders = _app.MapConsumerGroup("billing").MapTopic("orders");
        #region parameters
        orders.On(async (
            OrderPlaced order,                                    // the message: always first
            ShopDb db,                                            // a service; scoped ones live as long as the message
            RecordKey key,
            RecordPosition position,                              // orders[3]@118
            [FromRecordHeader("tenant")] string? tenant,          // missing: null; not nullable and missing: dead-lettered
            MessageContext context,                               // the attempt, all headers, the record's own scope
            CancellationToken cancellation) =>
        {
            await db.SaveAsync(order, key, position, tenant, context.Attempt, cancellation);
        });
        #endregion
        AssertValid();
    }

    [Fact]
    public void SettlingLater()
    {
        var orders = _app.MapConsumerGroup("billing").MapTopic("orders");
        #region settle-later
        orders.On((OrderPlaced order, MessageContext context, Terminal terminal) =>
        {
            var pending = context.SettleLater();
            terminal.Charge(order, onCharged: () => pending.Settle(), onFailed: error => pending.Fail(error));
        });
        #endregion
        AssertValid();
    }

    [Fact]
    public void Batches()
    {
        var app = _app;
        #region batches
        app.MapConsumerGroup("reports").MapTopic("page-views").OnBatch(
            async (RecordBatch<PageView> views, Archive archive, CancellationToken cancellation) =>
            {
                foreach (var (index, reason) in await archive.InsertAsync(views.Messages, cancellation))
                {
                    views.Fail(index, new NotBillableException(reason));
                }
            },
            size: 1_000, within: TimeSpan.FromSeconds(2));
        #endregion
        AssertValid();
    }

    [Fact]
    public void Workers()
    {
        var app = _app;
        #region workers
        var billing = app.MapConsumerGroup("billing").WithWorkers(load => load.ShareOf(100));                       // of 100 in all processes, by lag
        var nightly = app.MapConsumerGroup("nightly").WithWorkers(load => load.Now.Hour is >= 22 or < 6 ? 50 : 5);
        #endregion
        billing.MapTopic("orders").OnRecord((Record record) => { });
        nightly.MapTopic("orders").OnRecord((Record record) => { });
        #region control
        app.MapPost("/operate/billing/pause", (HeadraceControl control) => control.Pause("billing", topic: "orders"));
        app.MapPost("/operate/billing/workers/{count}", (int count, HeadraceControl control) => control.SetWorkers("billing", count));
        #endregion
        AssertValid();
    }

    [Fact]
    public void Formats()
    {
        var app = _app;
        #region formats
        var documents = app.MapConsumerGroup("archive").ReadAs(new CompressedFormat(new JsonFormat(), PayloadCompression.Brotli));
        documents.MapTopic("documents").On((OrderPlaced order, Invoices invoices) => invoices.Open(order)).Validate();
        #endregion
        AssertValid();
    }

    [Fact]
    public void Patterns()
    {
        var app = _app;
        #region patterns
        var analytics = app.MapConsumerGroup("analytics").StartAt(StartPosition.Latest);
        analytics.MapTopics("^(orders|users|payments).*")
            .OnRecord((Record record, Archive archive) => archive.Append(record.Topic, record.Key, record.Value));
        #endregion
        AssertValid();
    }

    [Fact]
    public void Unknown()
    {
        var app = _app;
        #region unknown
        var strict = app.MapConsumerGroup("ledger").WithUnknownTypes(UnknownTypes.DeadLetter);
        strict.MapTopic("orders")
            .Ignore("order-viewed")
            .ResolveType(record => record.Headers["event-name"])
            .On((OrderPlaced order, Invoices invoices) => invoices.Open(order));
        #endregion
        AssertValid();
    }

    [Fact]
    public void Failures()
    {
        var app = _app;
        #region failures
        var billing = app.MapConsumerGroup("billing").WithFailurePolicy(policy =>
        {
            policy.Attempts = 5;
            policy.BackOff = TimeSpan.FromSeconds(1);
            policy.DeadLetterOn<NotBillableException>().StopOn<LedgerClosedException>();
        });

        billing.MapTopic("orders")
            .On((OrderPlaced order, Invoices invoices) => invoices.Open(order))
            .WithFailurePolicy(policy => policy.SkipOn<DuplicateInvoiceException>());
        #endregion
        AssertValid();
    }

    [Fact]
    public void Filters()
    {
        var app = _app;
        #region filters
        var billing = app.MapConsumerGroup("billing").Use(async (context, next) =>
        {
            var started = TimeProvider.System.GetTimestamp();
            await next(context);
            Log.Handled(app.Logger, context.Position, TimeProvider.System.GetElapsedTime(started));
        });

        billing.MapTopic("orders").Use<TenantFilter>().On((OrderPlaced order, Invoices invoices) => invoices.Open(order));
        #endregion
        AssertValid();
    }

    [Fact]
    public void RecordFilters()
    {
        var app = _app;
        #region record-filters
        var billing = app.MapConsumerGroup("billing")
            .UseRaw(new CompressionFilter())                                      // expands what a producer's CompressionFilter compressed
            .WithThrottle(async load => await load.LagOfAsync("shipping", "shipments") > 10_000 ? TimeSpan.FromMilliseconds(50) : TimeSpan.Zero);
        #endregion
        billing.MapTopic("orders").On((OrderPlaced order, Invoices invoices) => invoices.Open(order));
        AssertValid();
    }

    [Fact]
    public async Task A_unit_test()
    {
        var invoices = new Invoices();
        #region unit-test
        var handler = new RefundHandler(invoices);
        await handler.HandleAsync(new OrderCancelled("o-1"), MessageContext.ForTest(new OrderCancelled("o-1"), key: "c-1"), CancellationToken.None);
        #endregion
        Assert.Equal(["refund o-1 of c-1"], invoices.Done);
    }

    private void AssertValid()
    {
        var faults = new List<string>();
        _topology.Validate(_app.Services, faults);
        Assert.Empty(faults);
    }

    #region handler-class
    internal sealed class RefundHandler(Invoices invoices) : IHandler<OrderCancelled>
    {
        public Task HandleAsync(OrderCancelled cancelled, MessageContext context, CancellationToken cancellation) =>
            invoices.RefundAsync(cancelled.OrderId, context.Key, cancellation);
    }
    #endregion

    internal sealed class TenantFilter : IMessageFilter
    {
        public ValueTask InvokeAsync(MessageContext context, MessageDelegate next) => next(context);
    }

    internal sealed class Invoices
    {
        public List<string> Done { get; } = [];

        public void Open(OrderPlaced order) => Done.Add($"open {order.OrderId}");

        public Task OpenAsync(OrderPlaced order, CancellationToken cancellation)
        {
            Open(order);
            return Task.Delay(TimeSpan.Zero, TimeProvider.System, cancellation);
        }

        public Task RefundAsync(string order, RecordKey customer, CancellationToken cancellation)
        {
            Done.Add($"refund {order} of {customer}");
            return Task.Delay(TimeSpan.Zero, TimeProvider.System, cancellation);
        }

        public Task ForgetAsync(RecordKey order)
        {
            Done.Add($"forget {order}");
            return Task.CompletedTask;
        }
    }

    internal sealed class ShopDb
    {
        public List<object?> Saved { get; } = [];

        public Task SaveAsync(OrderPlaced order, RecordKey key, RecordPosition position, string? tenant, int attempt, CancellationToken cancellation)
        {
            Saved.AddRange([order, key, position, tenant, attempt]);
            return Task.Delay(TimeSpan.Zero, TimeProvider.System, cancellation);
        }
    }

    internal sealed class Terminal
    {
        private readonly List<string> _charged = [];

        public void Charge(OrderPlaced order, Action onCharged, Action<Exception> onFailed)
        {
            _charged.Add(order.OrderId);
            (order.Total > 0 ? onCharged : () => onFailed(new NotBillableException()))();
        }
    }

    internal sealed class Archive
    {
        public long Bytes { get; private set; }

        public Task<IReadOnlyList<(int Index, string Reason)>> InsertAsync(IReadOnlyList<PageView> views, CancellationToken cancellation)
        {
            Bytes += views.Sum(static view => view.Page.Length);
            return Task.FromResult<IReadOnlyList<(int, string)>>([]).WaitAsync(cancellation);
        }

        public void Append(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Bytes += topic.Length + key.Length + value.Length;
    }

    internal sealed record PageView(string Page);

    internal sealed class NotBillableException(string reason = "") : Exception(reason);

    internal sealed class LedgerClosedException : Exception;

    internal sealed class DuplicateInvoiceException : Exception;
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Handled {Position} in {Time}.")]
    public static partial void Handled(ILogger logger, RecordPosition position, TimeSpan time);
}
