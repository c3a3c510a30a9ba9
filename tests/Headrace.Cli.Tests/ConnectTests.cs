using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Confluent.Kafka;

namespace Headrace.Cli.Tests;

/// <summary>
/// Kafka Connect in distributed mode – a group of its own protocol, three compacted topics, admin requests, a transactional log of what it did – with Debezium's connector for PostgreSQL and its outbox
/// router, over a kill -9 of the broker.
/// </summary>
public sealed class ConnectTests : IAsyncLifetime
{
    private const int Batch = 100;
    private const int Keys = 5;
    private static readonly string Home = Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME") ?? "";
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };

    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-connect-").FullName;
    private readonly string _port = FreePort();
    private readonly string _databasePort = FreePort();
    private readonly string _connectPort = FreePort();

    private string Data => Path.Combine(_folder, "data");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(IsLong && File.Exists(Path.Combine(Home, "bin", "connect-start")), "Kafka Connect was not tried: ./test --long starts it, where HEADRACE_KAFKA_HOME names a folder with bin/connect-start.");
        Assert.SkipUnless((await Shell.TryAsync("command -v initdb pg_ctl psql")).ExitCode == 0, "Kafka Connect was not tried: initdb, pg_ctl and psql are not on the PATH.");
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root.
            await Shell.RunAsync($"mkdir {_folder}/db && chmod 755 {_folder} && chown postgres {_folder}/db");
        }

        await Shell.RunAsync(AsPostgres($"initdb --auth=trust --username=postgres --pgdata={_folder}/db/data"));
        await Shell.RunAsync(AsPostgres(
            $"pg_ctl --wait --pgdata={_folder}/db/data --log={_folder}/db/log --options='-p {_databasePort} -c wal_level=logical -c listen_addresses=127.0.0.1 -c unix_socket_directories=' start"));
        await SqlAsync("create table outbox (id uuid primary key default gen_random_uuid(), aggregatetype text, aggregateid text, type text, payload bytea)");
    }

    public async ValueTask DisposeAsync()
    {
        await Shell.TryAsync($"{Home}/bin/kafka-stop {_folder}/connect");
        await Shell.TryAsync(AsPostgres($"pg_ctl --wait --mode=immediate --pgdata={_folder}/db/data stop"));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Debezium_publishes_an_outbox_through_the_broker_and_over_its_death()
    {
        var (before, _) = await StartBrokerAsync();
        await using var killed = before;
        await Shell.RunAsync($"{Home}/bin/connect-start --kafka 127.0.0.1:{_port} --port {_connectPort} --dir {_folder}/connect </dev/null >{_folder}/connect.log 2>&1");
        using var connect = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_connectPort}/") };
        var created = await connect.PostAsJsonAsync("connectors", Connector(), TestContext.Current.CancellationToken);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await InsertAsync(0);
        await UntilPublishedAsync(Batch);

        await killed.KillAsync();
        await InsertAsync(Batch);
        var (after, _) = await StartBrokerAsync();
        await using var restarted = after;
        await UntilPublishedAsync(2 * Batch);
        var status = await connect.GetStringAsync(new Uri("connectors/outbox/status", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("FAILED", status, StringComparison.Ordinal);
    }

    private Task<(CommandProcess Process, System.Text.Json.JsonElement Said)> StartBrokerAsync() => CommandProcess.StartAsync("dev", "--port", _port, "--data", Data, "--partitions", "3");

    // All are there, and of each key in order; what was in flight when the broker died may be there again.
    private async Task UntilPublishedAsync(int count)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = $"127.0.0.1:{_port}",
            GroupId = $"reader-{count}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            TopicMetadataRefreshIntervalMs = 500,
            AllowAutoCreateTopics = false,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Subscribe("outbox.event.order");
        var seen = new SortedSet<int>();
        var last = new Dictionary<string, int>();
        await CommandProcess.UntilAsync(() =>
        {
            while (TryConsume(consumer) is { } record)
            {
                var number = int.Parse(record.Message.Value, CultureInfo.InvariantCulture);
                Assert.True(!seen.Add(number) || number > last.GetValueOrDefault(record.Message.Key, -1), $"{number} of key {record.Message.Key} came late.");
                last[record.Message.Key] = Math.Max(number, last.GetValueOrDefault(record.Message.Key, -1));
            }

            return seen.Count == count;
        }, $"{count} rows are published");
        Assert.Equal(Enumerable.Range(0, count), seen);
        consumer.Close();
    }

    private static ConsumeResult<string, string>? TryConsume(IConsumer<string, string> consumer)
    {
        try
        {
            return consumer.Consume(TimeSpan.FromMilliseconds(500));
        }
        catch (ConsumeException)
        {
            // The topic is not there yet.
            return null;
        }
    }

    private Task InsertAsync(int from) => SqlAsync(
        $"insert into outbox (aggregatetype, aggregateid, type, payload) select 'order', 'k-' || n % {Keys}, 'placed', convert_to(n::text, 'UTF8') from generate_series({from}, {from + Batch - 1}) n");

    private Task SqlAsync(string statement) => Shell.RunAsync($"psql --quiet --set=ON_ERROR_STOP=1 --host=127.0.0.1 --port={_databasePort} --username=postgres --command=\"{statement}\" postgres");

    private object Connector() => new
    {
        name = "outbox",
        config = new Dictionary<string, string>
        {
            ["connector.class"] = "io.debezium.connector.postgresql.PostgresConnector",
            ["plugin.name"] = "pgoutput",
            ["topic.prefix"] = "shop",
            ["database.hostname"] = "127.0.0.1",
            ["database.port"] = _databasePort,
            ["database.user"] = "postgres",
            ["database.password"] = "",
            ["database.dbname"] = "postgres",
            ["table.include.list"] = "public.outbox",
            ["tombstones.on.delete"] = "false",
            ["publication.autocreate.mode"] = "filtered",
            ["key.converter"] = "org.apache.kafka.connect.storage.StringConverter",
            ["value.converter"] = "io.debezium.converters.BinaryDataConverter",
            ["transforms"] = "outbox",
            ["transforms.outbox.type"] = "io.debezium.transforms.outbox.EventRouter",
        },
    };

    private static string AsPostgres(string command) => Environment.IsPrivilegedProcess ? $"setpriv --reuid=postgres --regid=postgres --init-groups {command}" : command;

    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }
}
