using FsCheck;
using FsCheck.Fluent;
using Headrace.Topology;

namespace Headrace.Tests.Topology;

public sealed class OwnTopicsTests
{
    [Theory]
    [InlineData("orders.billing.dlt", true)]
    [InlineData("a.b.c.billing.retry.10s", true)]
    [InlineData("orders.billing.retry.500ms", true)]
    [InlineData("orders.billing.parked", true)]
    [InlineData("orders.billing.redrive", true)]
    [InlineData("orders.billing.resolved", true)]
    [InlineData("headrace.control", true)]
    [InlineData("orders", false)]
    [InlineData("orders.dlt", false)]
    [InlineData("orders.billing.dlt.eu", false)]
    [InlineData("orders.billing.retry", false)]
    [InlineData("orders.billing.retry.soon", false)]
    [InlineData("headraces", false)]
    public void They_are_recognised(string topic, bool isOwn) => Assert.Equal(isOwn, OwnTopics.IsOwn(topic));

    [Theory]
    [InlineData(10_000, "10s")]
    [InlineData(60_000, "1m")]
    [InlineData(90_000, "90s")]
    [InlineData(500, "500ms")]
    [InlineData(7_200_000, "2h")]
    [InlineData(86_400_000, "1d")]
    public void A_delay_is_named_in_its_largest_unit(int milliseconds, string name) =>
        Assert.Equal($"orders.billing.retry.{name}", OwnTopics.Retry("orders", "billing", TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Whatever_is_made_is_recognised() => Prop.ForAll(
        Names().ToArbitrary(), Names().ToArbitrary(), Gen.Choose(1, 100_000_000).ToArbitrary(), (topic, group, delay) =>
            new[]
            {
                OwnTopics.DeadLetter(topic, group), OwnTopics.Retry(topic, group, TimeSpan.FromMilliseconds(delay)), OwnTopics.Parked(topic, group),
                OwnTopics.Redrive(topic, group), OwnTopics.Resolved(topic, group),
            }.All(name => OwnTopics.IsOwn(name) && OwnTopics.FaultOf(name) is null)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("two words")]
    [InlineData("orders\n")]
    [InlineData("küche")]
    public void Illegal_names_are_refused(string name) => Assert.NotNull(OwnTopics.FaultOf(name));

    [Fact]
    public void A_name_has_at_most_249_characters()
    {
        Assert.Null(OwnTopics.FaultOf(new('a', 249)));
        Assert.Contains("250", OwnTopics.FaultOf(new('a', 250)), StringComparison.Ordinal);
    }

    private static Gen<string> Names() => Gen.Elements("abcXYZ019_-".ToCharArray()).NonEmptyListOf().Select(letters => string.Concat(letters.Take(30)))
        .SelectMany(name => Gen.Elements(name, $"{name}.{name}"));
}
