using Headrace.Producing;

namespace Headrace.Tests.Producing;

public sealed class ProduceScopeTests
{
    private static readonly RecordPosition Place = new("invoices", 0, 7);
    private static readonly ProduceException Refused = new("refused", "invoices", 29, possiblyPersisted: false);

    private readonly TaskCompletionSource<RecordPosition> _delivery = new();
    private readonly MessageContext _context = MessageContext.ForTest("order");

    private Task<RecordPosition> ProduceAsync(CancellationToken cancellation = default)
    {
        Assert.True(ProduceScope.Current!.TryAdd(_delivery.Task));
        return _delivery.Task.WaitAsync(cancellation);
    }

    [Fact]
    public async Task A_record_waits_for_what_its_handler_did_not_await()
    {
        var running = ProduceScope.FilterAsync(_context, context =>
        {
            _ = ProduceAsync();
            return default;
        }).AsTask();
        Assert.False(running.IsCompleted);

        _delivery.SetResult(Place);

        await running.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_failure_fails_the_record_whether_or_not_the_handler_saw_it()
    {
        _delivery.SetException(Refused);

        await Assert.ThrowsAsync<ProduceException>(() => ProduceScope.FilterAsync(_context, async _ =>
        {
            try
            {
                await ProduceAsync();
            }
            catch (ProduceException)
            {
            }
        }).AsTask());
    }

    [Fact]
    public async Task A_handler_that_stops_waiting_does_not_settle_its_record()
    {
        using var cancelled = new CancellationTokenSource();
        var running = ProduceScope.FilterAsync(_context, async _ =>
        {
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ProduceAsync(cancelled.Token));
        }).AsTask();
        Assert.False(running.IsCompleted);

        _delivery.SetException(Refused);

        await Assert.ThrowsAsync<ProduceException>(() => running);
    }

    [Fact]
    public async Task A_record_given_up_waits_no_more()
    {
        using var lost = new CancellationTokenSource();
        var context = MessageContext.ForTest("order", cancellation: lost.Token);
        var running = ProduceScope.FilterAsync(context, context =>
        {
            _ = ProduceAsync();
            return default;
        }).AsTask();

        await lost.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task The_scope_ends_with_its_record()
    {
        ProduceScope? inside = null;
        await ProduceScope.FilterAsync(_context, _ =>
        {
            inside = ProduceScope.Current;
            return default;
        });

        Assert.Null(ProduceScope.Current);
        Assert.False(inside!.TryAdd(_delivery.Task));
    }
}
