using Confluent.Kafka;
using Headrace.Conformance.Tests.Testing;

namespace Headrace.Conformance.Tests;

public sealed class GroupTests(Cluster cluster)
{
    private const int Partitions = 4;

    [Theory]
    [InlineData("range")]
    [InlineData("roundrobin")]
    [InlineData("cooperative-sticky")]
    public Task Two_members_share_the_partitions_and_one_takes_over(string strategy) => SharesAsync(config => Classic(config, strategy));

    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public Task Two_members_of_the_new_protocol_share_the_partitions_and_one_takes_over(string assignor) => SharesAsync(config => Consumer(config, assignor));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_static_member_that_restarts_moves_nobodys_partitions(bool newProtocol)
    {
        var topic = await cluster.CreateTopicAsync(Partitions);
        var group = cluster.NewName("group");
        using var first = new Member(cluster, group, topic, config => Static(config, newProtocol, "one"));
        var second = new Member(cluster, group, topic, config => Static(config, newProtocol, "two"));
        await BalancedAsync(first, second);
        var (before, changes) = (second.Assigned, first.Changes);

        second.Dispose();
        using var again = new Member(cluster, group, topic, config => Static(config, newProtocol, "two"));
        await Wait.UntilAsync("the member is back", () => again.Assigned.Length == Partitions / 2);

        Assert.Equal(before, again.Assigned);
        Assert.Equal(changes, first.Changes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_goes_on_where_it_committed(bool newProtocol)
    {
        var topic = await cluster.CreateTopicAsync(Partitions);
        var group = cluster.NewName("group");
        using var producer = cluster.Producer();
        for (var round = 0; round < 3; round++)
        {
            await ProduceAsync(producer, topic, 100, $"{round}-");
            using var consumer = cluster.Consumer(group, config => Protocol(config, newProtocol));
            consumer.Subscribe(topic);
            var read = Wait.ForRecords(consumer, 100);
            consumer.Commit();
            consumer.Close();
            Assert.All(read, record => Assert.StartsWith($"{round}-", record.Message.Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_hundred_members_get_a_hundred_partitions()
    {
        var topic = await cluster.CreateTopicAsync(100);
        var group = cluster.NewName("group");
        var members = Enumerable.Range(0, 100).Select(_ => cluster.Consumer(group, config =>
        {
            Classic(config, "range");
            config.SessionTimeoutMs = 30_000;
            config.HeartbeatIntervalMs = 300;
        })).ToList();
        members.ForEach(member => member.Subscribe(topic));

        await Wait.UntilAsync("everyone has one partition of its own", () =>
        {
            members.ForEach(member => member.Consume(TimeSpan.Zero));
            return members.TrueForAll(member => member.Assignment.Count == 1);
        });
        Assert.Equal(100, members.SelectMany(member => member.Assignment).Distinct().Count());
        members.ForEach(member => member.Dispose());
    }

    internal static void Consumer(ConsumerConfig config, string assignor) => (config.GroupProtocol, config.GroupRemoteAssignor) = (GroupProtocol.Consumer, assignor);

    private static void Classic(ConsumerConfig config, string strategy)
    {
        config.Set("partition.assignment.strategy", strategy);
        (config.SessionTimeoutMs, config.HeartbeatIntervalMs) = (10_000, 200);
    }

    private static void Protocol(ConsumerConfig config, bool newProtocol)
    {
        if (newProtocol)
        {
            Consumer(config, "uniform");
        }
        else
        {
            Classic(config, "cooperative-sticky");
        }
    }

    private static void Static(ConsumerConfig config, bool newProtocol, string instance)
    {
        Protocol(config, newProtocol);
        config.GroupInstanceId = instance;
    }

    private async Task SharesAsync(Action<ConsumerConfig> change)
    {
        var topic = await cluster.CreateTopicAsync(Partitions);
        var group = cluster.NewName("group");
        using var producer = cluster.Producer();
        using var first = new Member(cluster, group, topic, change);
        await Wait.UntilAsync("the first has all partitions", () => first.Assigned.Length == Partitions);
        using (var second = new Member(cluster, group, topic, change))
        {
            await BalancedAsync(first, second);
            await ProduceAsync(producer, topic, 400, "both-");
            await Wait.UntilAsync("all was read", () => Read("both-", first, second).Count() == 400);
            Assert.Equal(400, Read("both-", first, second).Distinct().Count());
            Assert.NotEmpty(Read("both-", second));
        }

        await Wait.UntilAsync("the first has all partitions again", () => first.Assigned.Length == Partitions);
        await ProduceAsync(producer, topic, 100, "one-");
        await Wait.UntilAsync("all was read", () => Read("one-", first).Distinct().Count() == 100);
    }

    private static IEnumerable<string> Read(string prefix, params Member[] members) =>
        members.SelectMany(member => member.Values).Where(value => value.StartsWith(prefix, StringComparison.Ordinal));

    private static async Task BalancedAsync(Member first, Member second)
    {
        await Wait.UntilAsync("both have half of the partitions", () => first.Assigned.Length == Partitions / 2 && second.Assigned.Length == Partitions / 2);
        Assert.Empty(first.Assigned.Intersect(second.Assigned));
    }

    private static async Task ProduceAsync(IProducer<string, string?> producer, string topic, int count, string prefix) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => producer.ProduceAsync(
            new TopicPartition(topic, i % Partitions), new Message<string, string?> { Key = $"k{i}", Value = $"{prefix}{i}" })));
}
