using Headrace.Redriving;
using Headrace.Topology;

namespace Headrace.Tests.Redriving;

public sealed class DeadLetterTopicTests
{
    [Theory]
    [InlineData("orders", "billing")]
    [InlineData("shop.orders", "eu.billing")]
    public void Origin_and_group_are_told_from_the_name(string origin, string group) => Assert.Equal(new(origin, group, 3), Assert.Single(Among(origin, group)));

    [Fact]
    public void A_long_origin_is_found_by_the_hash_that_stands_for_its_end()
    {
        var origin = string.Concat(Enumerable.Repeat("orders.of.", 24));
        Assert.DoesNotContain(origin, OwnTopics.DeadLetter(origin, "billing"), StringComparison.Ordinal);
        Assert.Equal(new(origin, "billing", 3), Assert.Single(Among(origin, "billing")));
        Assert.Equal(new(origin, "billing", 3), Assert.Single(Among(origin, "billing", "billing")));
    }

    private static IEnumerable<DeadLetterTopic> Among(string origin, string group, string? only = null) =>
        DeadLetterTopic.Among(new Dictionary<string, int> { [origin] = 3, ["shop"] = 1, [OwnTopics.DeadLetter(origin, group)] = 3 }, only);
}
