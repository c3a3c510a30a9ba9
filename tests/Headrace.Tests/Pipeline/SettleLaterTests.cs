using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Pipeline;

public sealed class SettleLaterTests
{
    private PendingSettlement _pending = null!;

    [Fact]
    public async Task A_record_is_settled_when_its_settlement_is_given_and_not_when_its_handler_completes()
    {
        using var group = Group();
        var handling = group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.False(handling.IsCompleted);

        Assert.True(_pending.Settle());

        Assert.True((await handling).IsSettled);
        Assert.Equal(1, group.Counters.Handled);
    }

    [Fact]
    public async Task A_failed_settlement_meets_the_failure_policy()
    {
        using var group = Group(attempts: 2);
        var record = Records.Of(new OrderPlaced("o-1", 1));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var handling = group.HandleAsync(record);
            Assert.True(_pending.Fail(new InvalidOperationException("no")));
            Assert.Equal(attempt == 1, (await handling).IsSettled);
        }

        Assert.Equal("orders.billing.dlt", Assert.Single(group.Produced).Topic);
    }

    [Fact]
    public async Task A_settlement_is_given_once()
    {
        using var group = Group();
        var handling = group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        _pending.Settle();

        var refused = Assert.Throws<InvalidOperationException>(() => _pending.Fail(new TimeoutException()));
        Assert.Throws<InvalidOperationException>(() => _pending.Settle());

        Assert.Contains("orders[3]@118", refused.Message, StringComparison.Ordinal);
        Assert.True((await handling).IsSettled);
    }

    [Fact]
    public async Task A_record_that_is_given_up_waits_for_nobody_and_a_late_settlement_changes_nothing()
    {
        using var lost = new CancellationTokenSource();
        using var group = Group();
        var record = Records.Of(new OrderPlaced("o-1", 1));
        record.Cancellation = lost.Token;
        var handling = group.HandleAsync(record);

        await lost.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handling);
        Assert.False(_pending.Settle());
        Assert.Equal(0, group.Counters.Handled);
    }

    [Fact]
    public async Task A_handler_that_throws_after_all_fails_the_record()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((OrderPlaced order, MessageContext context) =>
        {
            _pending = context.SettleLater();
            throw new InvalidOperationException("no");
        }));

        Assert.False((await group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)))).IsSettled);
        Assert.False(_pending.Settle());
    }

    [Fact]
    public async Task The_scope_of_the_message_is_open_until_the_settlement()
    {
        Resource resource = null!;
        using var group = new GroupUnderTest(
            billing => billing.MapTopic("orders").OnRecord((Record record, MessageContext context, Resource used) =>
            {
                (_pending, resource) = (context.SettleLater(), used);
            }),
            services => services.AddScoped<Resource>());
        var handling = group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.False(resource.IsDisposed);

        _pending.Settle();

        Assert.True((await handling).IsSettled);
        Assert.True(resource.IsDisposed);
    }

    private GroupUnderTest Group(int attempts = 3) => new(billing => billing
        .WithFailurePolicy(policy => policy.Attempts = attempts)
        .MapTopic("orders").On((OrderPlaced order, MessageContext context) =>
        {
            _pending = context.SettleLater();
            Assert.Same(_pending, context.SettleLater());
        }));

    private sealed class Resource : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
