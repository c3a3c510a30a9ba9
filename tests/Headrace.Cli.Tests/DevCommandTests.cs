using Confluent.Kafka;

namespace Headrace.Cli.Tests;

public sealed class DevCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_broker_that_was_stopped_has_its_records_again_unless_a_fresh_one_is_asked_for()
    {
        Assert.Equal(0, await ProduceAsync());
        Assert.Equal(1, await ProduceAsync());
        Assert.Equal(0, await ProduceAsync("--fresh"));
    }

    [Fact]
    public async Task A_second_broker_in_the_folder_ends_with_an_error_that_names_the_first()
    {
        var (first, said) = await CommandProcess.StartAsync("dev", "--port", "0", "--data", _folder);
        await using (first)
        {
            var (exitCode, output) = await CommandProcess.RunAsync("dev", "--port", "0", "--data", _folder);

            Assert.Equal(1, exitCode);
            Assert.Contains($"process {said.GetProperty("processId")}", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("dev", "--port", "many")]
    [InlineData("dev", "--port", "70000")]
    [InlineData("dev", "--flush", "sometimes")]
    [InlineData("prod")]
    public async Task A_wrong_command_line_ends_with_2(params string[] args)
    {
        var (exitCode, output) = await CommandProcess.RunAsync(args);

        Assert.True(exitCode == 2, $"{exitCode}: {output}");
        Assert.NotEqual("", output);
    }

    [Fact]
    public async Task The_control_port_is_open_where_it_is_said_to_be()
    {
        var (process, said) = await CommandProcess.StartAsync("dev", "--port", "0", "--memory", "--control-port", "0");
        await using (process)
        {
            using var http = new HttpClient();
            Assert.Equal("[]", await http.GetStringAsync(new Uri(new Uri(said.GetProperty("controlAddress").GetString()!), "faults"), TestContext.Current.CancellationToken));
            Assert.Equal(System.Text.Json.JsonValueKind.Null, said.GetProperty("data").ValueKind);
        }
    }

    [Fact]
    public async Task A_schema_registry_runs_beside_it_where_it_is_asked_for()
    {
        var (process, said) = await CommandProcess.StartAsync("dev", "--port", "0", "--data", _folder, "--registry-port", "0");
        await using (process)
        {
            using var http = new HttpClient();
            Assert.Equal("[]", await http.GetStringAsync(new Uri($"{said.GetProperty("schemaRegistry").GetString()}/subjects"), TestContext.Current.CancellationToken));
            Assert.True(File.Exists(Path.Combine(_folder, "schemas.jsonl")));
        }
    }

    // Returns the offset of the record.
    private async Task<long> ProduceAsync(params string[] options)
    {
        var (process, said) = await CommandProcess.StartAsync(["dev", "--port", "0", "--data", _folder, .. options]);
        await using (process)
        {
            using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = said.GetProperty("bootstrapServers").GetString() }).SetLogHandler((_, _) => { }).Build())
            {
                var stored = await producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Value = "v" }, TestContext.Current.CancellationToken);
                Assert.Equal(0, await process.TerminateAsync());
                return stored.Offset.Value;
            }
        }
    }
}
