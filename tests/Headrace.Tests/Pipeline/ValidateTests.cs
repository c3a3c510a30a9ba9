using System.ComponentModel.DataAnnotations;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Pipeline;

public sealed class ValidateTests
{
    private readonly List<Payment> _handled = [];

    [Fact]
    public async Task A_message_that_is_not_valid_is_dead_lettered_at_once_and_its_handler_never_sees_it()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((Payment payment) => _handled.Add(payment)).Validate());

        Assert.Equal(1, await group.SettleAsync(Records.Of(new Payment("", 1))));
        Assert.Equal(1, await group.SettleAsync(Records.Of(new Payment("o-1", 1))));

        Assert.Equal("o-1", Assert.Single(_handled).OrderId);
        var letter = Assert.Single(group.Produced);
        Assert.Equal(typeof(ValidationException).FullName, letter.Headers!["headrace-exception-type"]);
        Assert.Contains("OrderId", letter.Headers["headrace-exception-message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_not_checked_where_nobody_says_so()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((Payment payment) => _handled.Add(payment)));
        await group.SettleAsync(Records.Of(new Payment("", 1)));
        Assert.Single(_handled);
    }

    internal sealed record Payment([property: Required] string OrderId, int Amount);
}
