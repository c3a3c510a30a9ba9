using Headrace.Conformance.Tests.Testing;

namespace Headrace.Conformance.Tests;

/// <summary>What Kafka's own tools print on the development broker is what they print on Apache Kafka, but for the differences that docs/dev-broker.md lists.</summary>
public sealed class ToolTests(Cluster cluster)
{
    // In this order: later ones see what earlier ones did.
    private static readonly Step[] Steps =
    [
        new("topics --create --topic {topic} --partitions 3 --replication-factor 1 --config retention.ms=86400000"),
        new("topics --create --topic {topic} --partitions 3"),
        new("topics --create --topic {topic}/a"),
        new("topics --describe --topic {topic}"),
        new("topics --alter --topic {topic} --partitions 4"),
        new("topics --alter --topic {topic} --partitions 2"),
        new("topics --describe --topic {topic}-unknown"),
        new("topics --describe --topic {topic} --topics-with-overrides"),
        new("topics --list --topic {topic}"),
        new("get-offsets --topic {topic} --time -3"),
        new("get-offsets --topic-partitions {topic}:0-2"),
        new("configs --describe --entity-type topics --entity-name {topic}"),
        new("configs --alter --entity-type topics --entity-name {topic} --add-config cleanup.policy=compact,max.message.bytes=2000000"),
        new("configs --alter --entity-type topics --entity-name {topic} --add-config retention.ms=soon"),
        new("configs --alter --entity-type topics --entity-name {topic} --add-config no.such.setting=1"),
        new("configs --alter --entity-type topics --entity-name {topic} --delete-config cleanup.policy"),
        new("configs --describe --entity-type topics --entity-name {topic}"),
        new("console-producer --topic {topic} --reader-property parse.key=true --reader-property key.separator=: --reader-property parse.headers=true --reader-property headers.delimiter=|", Input: "h:1|a:one\nh:2|b:two\nh:3|a:three\nh:4|c:four\n"),
        new("console-consumer --topic {topic} --from-beginning --max-messages 4 --group {group} --formatter-property print.key=true --formatter-property print.headers=true --formatter-property print.partition=true --formatter-property print.offset=true"),
        new("get-offsets --topic {topic}"),
        new("get-offsets --topic {topic} --time -2"),
        new("get-offsets --topic {topic} --time 1000"),
        new("get-offsets --topic {topic}-unknown"),
        new("consumer-groups --describe --group {group}"),
        new("consumer-groups --describe --group {group} --offsets --verbose"),
        new("consumer-groups --describe --group {group} --members"),
        new("consumer-groups --describe --group {group} --state"),
        new("consumer-groups --describe --group {group}-unknown"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --to-earliest --dry-run"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --to-earliest --execute"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --to-latest --execute"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --shift-by -1 --execute"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic}:0,1 --to-offset 99 --execute"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --to-datetime 2020-01-01T00:00:00.000 --execute"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --by-duration PT1H --execute"),
        new("consumer-groups --reset-offsets --group {group} --topic {topic} --to-current --execute"),
        new("consumer-groups --reset-offsets --group {group} --from-file {file} --execute", File: "{topic},0,0\n{topic},1,0\n"),
        new("consumer-groups --reset-offsets --group {group} --all-topics --to-latest --dry-run"),
        new("consumer-groups --delete-offsets --group {group} --topic {topic}:0"),
        new("consumer-groups --delete --group {group}"),
        new("consumer-groups --delete --group {group}"),
        new("groups --describe --group {group}"),
        new("delete-records --offset-json-file {file}", File: """{"version":1,"partitions":[{"topic":"{topic}","partition":0,"offset":-1},{"topic":"{topic}","partition":1,"offset":0}]}"""),
        new("get-offsets --topic {topic} --time -2"),
        new("transactions describe-producers --topic {topic} --partition 0"),
        new("transactions describe --transactional-id {topic}"),
        new("transactions find-hanging --broker-id 1"),
        new("log-dirs --describe --topic-list {topic}"),
        new("log-dirs --describe --topic-list {topic}-unknown"),
        new("leader-election --election-type preferred --topic {topic} --partition 0"),
        new("leader-election --election-type unclean --topic {topic} --partition 9"),
        new("leader-election --election-type preferred --all-topic-partitions"),
        new("reassign-partitions --list"),
        new("topics --create --topic {topic}-one --partitions 1"),
        new("verifiable-producer --topic {topic}-one --max-messages 10 --throughput -1"),
        new("verifiable-consumer --topic {topic}-one --group-id {group}-2 --max-messages 10 --reset-policy earliest"),
        new("producer-perf-test --topic {topic} --num-records 1000 --record-size 100 --throughput -1", HasRates: true),
        new("consumer-perf-test --topic {topic} --group {group}-3 --num-records 1000 --timeout 60000", HasRates: true),
        new("topics --delete --topic {topic}-one"),
        new("topics --delete --topic {topic}"),
        new("topics --delete --topic {topic}"),
    ];

    [Fact]
    public async Task Kafkas_own_tools_print_the_same_on_both_brokers()
    {
        var (kafka, home) = (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA"), Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME"));
        var isLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };
        Assert.SkipUnless(kafka is { Length: > 0 } && home is { Length: > 0 } && isLong, "It starts Apache Kafka's tools a hundred times: ./test --kafka --long.");
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { DefaultPartitions = 1 }, TestContext.Current.CancellationToken);
        var (topic, group) = (cluster.NewName("tools"), cluster.NewName("group"));
        var (theirs, ours) = (new Tool(home!, kafka!, topic, group), new Tool(home!, broker.BootstrapServers, topic, group));

        var differences = new List<string>();
        foreach (var step in Steps)
        {
            var printed = await Task.WhenAll(theirs.RunAsync(step.Command, step.Input, step.File), ours.RunAsync(step.Command, step.Input, step.File));
            printed = step.HasRates ? [.. printed.Select(Tool.WithoutNumbers)] : printed;
            if (printed[0] != printed[1])
            {
                differences.Add($"{step.Command}\n── Apache Kafka\n{printed[0]}\n── development broker\n{printed[1]}");
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    private sealed record Step(string Command, string? Input = null, string? File = null, bool HasRates = false);
}
