using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Headrace.Cli.Tests;

/// <summary><c>headrace dlt</c>, on a development broker of its own or on the Kafka in <c>HEADRACE_TEST_KAFKA</c>.</summary>
public sealed class DltTests : IAsyncLifetime
{
    private const int Partitions = 4;
    private static readonly int Letters = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 5_000 : 100_000;

    private readonly string _origin = $"orders-{Guid.NewGuid():N}"[..15];
    private readonly string _group = $"billing-{Guid.NewGuid():N}"[..15];
    private DevBroker? _broker;
    private string _address = "";

    private string Topic => $"{_origin}.{_group}.dlt";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } given)
        {
            _address = given;
        }
        else
        {
            _broker = await DevBroker.StartAsync();
            _address = _broker.BootstrapServers;
        }

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _address }).Build();
        string[] topics = [_origin, Topic];
        await admin.CreateTopicsAsync(topics.Select(name => new TopicSpecification { Name = name, NumPartitions = Partitions, ReplicationFactor = 1 }));
    }

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? default;

    [Fact]
    public async Task Dead_letters_are_listed_browsed_counted_and_discarded()
    {
        Write(6);
        var list = (await JsonAsync("list", "--group", _group))[0];
        Assert.Equal((Topic, 6, 2), (list.GetProperty("topic").GetString(), list.GetProperty("depth").GetInt64(), list.GetProperty("byException").GetProperty("Shop.PoorException").GetInt64()));

        var one = (await JsonAsync("browse", "--group", _group, "--key", "k-3", "--value")).EnumerateArray().Single();
        Assert.Equal(("k-3", "v-3", "Shop.PoorException"), (one.GetProperty("key").GetString(), one.GetProperty("value").GetString(), one.GetProperty("exception").GetString()));
        Assert.Equal($"{_origin}[3]@3", one.GetProperty("origin").GetString());
        Assert.Equal(JsonValueKind.Null, (await JsonAsync("browse", "--group", _group, "--key", "k-3"))[0].GetProperty("value").ValueKind);

        Assert.Equal(4, (await JsonAsync("redrive", "--group", _group, "--exception", "GoneException", "--dry-run")).GetProperty("matched").GetInt64());
        Assert.Equal(1, (await JsonAsync("discard", "--group", _group, "--at", one.GetProperty("at").GetString()!)).GetProperty("done").GetInt64());
        Assert.Equal(5, (await JsonAsync("list", "--group", _group))[0].GetProperty("depth").GetInt64());
    }

    [Fact]
    public async Task One_is_given_another_value()
    {
        Write(4);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "repaired", TestContext.Current.CancellationToken);
        var at = (await JsonAsync("browse", "--group", _group, "--key", "k-2"))[0].GetProperty("at").GetString()!;
        Assert.Equal(1, (await JsonAsync("redrive", "--group", _group, "--at", at, "--value", file, "--to", "Origin")).GetProperty("done").GetInt64());
        Assert.Equal(["repaired"], Read(_origin));
        File.Delete(file);
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_one_line()
    {
        var (exitCode, output) = await CommandProcess.RunAsync("dlt", "redrive", "--group", "nobody", "--kafka", _address);
        Assert.Equal(2, exitCode);
        Assert.Contains("Group 'nobody' has no dead-letter topic", output, StringComparison.Ordinal);
        (exitCode, output) = await CommandProcess.RunAsync("dlt", "redrive", "--group", _group, "--at", "7", "--kafka", _address);
        Assert.Equal(2, exitCode);
        Assert.Contains("--at is '7'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redrive_that_is_killed_half_way_is_finished_by_the_next_without_a_loss_or_a_double()
    {
        Write(Letters);
        var meant = Enumerable.Range(0, Letters).Where(number => number % 3 != 0).Select(number => $"v-{number}").Order().ToList();
        string[] redrive = ["dlt", "redrive", "--group", _group, "--exception", "GoneException", "--to", "Origin", "--kafka", _address];

        await using (var killed = CommandProcess.Start([.. redrive, "--rate", (Letters / 10).ToString(CultureInfo.InvariantCulture)]))
        {
            await CommandProcess.UntilAsync(() => Read(_origin).Count >= meant.Count / 3, $"a third redriven; it said: {killed.Output}");
            await killed.KillAsync();
            Assert.Contains($" of {Letters:N0}", killed.Output, StringComparison.Ordinal);
        }

        var before = Read(_origin).Count;
        Assert.InRange(before, meant.Count / 3, meant.Count - 1);
        var rest = await JsonAsync("redrive", "--group", _group, "--exception", "GoneException", "--to", "Origin");
        Assert.Equal(meant.Count, before + rest.GetProperty("done").GetInt64());
        Assert.Equal(meant, Read(_origin).Order());
        Assert.Equal(Letters - meant.Count, (await JsonAsync("list", "--group", _group))[0].GetProperty("depth").GetInt64());
    }

    private async Task<JsonElement> JsonAsync(params string[] args)
    {
        var (exitCode, output) = await CommandProcess.RunAsync(["dlt", .. args, "--kafka", _address, "--json"]);
        Assert.True(exitCode == 0, output);
        var line = output.Split('\n').Single(line => line.StartsWith('{') || line.StartsWith('['));
        return JsonDocument.Parse(line).RootElement;
    }

    private void Write(int count)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _address, QueueBufferingMaxMessages = 200_000, EnableIdempotence = true }).Build();
        for (var number = 0; number < count; number++)
        {
            producer.Produce(new TopicPartition(Topic, number % Partitions), new()
            {
                Key = $"k-{number}",
                Value = $"v-{number}",
                Headers = [.. Headers(number).Select(header => new Header(header.Name, Encoding.UTF8.GetBytes(header.Value)))],
            });
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    private IEnumerable<(string Name, string Value)> Headers(int number) =>
    [
        ("headrace-origin-topic", _origin),
        ("headrace-origin-partition", $"{number % Partitions}"),
        ("headrace-origin-offset", $"{number}"),
        ("headrace-group", _group),
        ("headrace-attempts", "3"),
        ("headrace-exception-type", number % 3 == 0 ? "Shop.PoorException" : "Shop.GoneException"),
    ];

    private List<string> Read(string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = _address,
            GroupId = "reader",
            EnablePartitionEof = true,
            FetchQueueBackoffMs = 10,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var values = new List<string>();
        for (var ends = 0; ends < Partitions;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"{topic} was not read to its end in 30 s.");
            if (result.IsPartitionEOF)
            {
                ends++;
            }
            else
            {
                values.Add(result.Message.Value);
            }
        }

        return values;
    }
}
