using FsCheck;
using FsCheck.Fluent;

namespace Headrace.Tests.Topology;

public sealed class FailurePolicyTests
{
    [Fact]
    public void A_wait_is_never_negative_nor_longer_than_the_longest() => Prop.ForAll<int, byte>((failures, chance) =>
    {
        var policy = new FailurePolicy();
        var delay = policy.DelayAfter(failures, chance / 255.0);
        return delay > TimeSpan.Zero && delay <= policy.MaxBackOff;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 800)]
    [InlineData(3, 3_200)]
    [InlineData(9, 30_000)]
    public void Waits_grow_fourfold_up_to_half_a_minute(int failures, int milliseconds) =>
        Assert.Equal(milliseconds, new FailurePolicy().DelayAfter(failures, 0.5).TotalMilliseconds, precision: 3);
}
