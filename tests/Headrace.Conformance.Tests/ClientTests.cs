using Headrace.Conformance.Tests.Testing;

namespace Headrace.Conformance.Tests;

/// <summary>Clients of others do on the development broker what they do on Apache Kafka. What those with a file in <c>Clients</c> do is said there.</summary>
public sealed class ClientTests(Cluster cluster)
{
    private const string Python = "/usr/bin/python3";
    private const string Kcat = "kcat";

    private const string Keyed = """
        k-0 v-0, v-5, v-10, v-15, v-20, v-25
        k-1 v-1, v-6, v-11, v-16, v-21, v-26
        k-2 v-2, v-7, v-12, v-17, v-22, v-27
        k-3 v-3, v-8, v-13, v-18, v-23, v-28
        k-4 v-4, v-9, v-14, v-19, v-24, v-29
        """;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Clients");

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Kafkajs_produces_in_transactions_too_and_consumes(string codec) => Assert.Equal(
        """
        created true
        k-0 v-0 0, k-0 v-5 5, k-0 v-10 10, k-0 v-15 15, k-0 v-20 20, k-0 v-25 25, k-0 committed
        k-1 v-1 1, k-1 v-6 6, k-1 v-11 11, k-1 v-16 16, k-1 v-21 21, k-1 v-26 26
        k-2 v-2 2, k-2 v-7 7, k-2 v-12 12, k-2 v-17 17, k-2 v-22 22, k-2 v-27 27
        k-3 v-3 3, k-3 v-8 8, k-3 v-13 13, k-3 v-18 18, k-3 v-23 23, k-3 v-28 28
        k-4 v-4 4, k-4 v-9 9, k-4 v-14 14, k-4 v-19 19, k-4 v-24 24, k-4 null 29
        set 0: 0, 1: 1, 2: 2
        lengths 0: 0-0, 1: 0-16, 2: 0-18
        group Empty 0

        """,
        await RunNodeAsync("kafkajs.mjs", codec));

    [Theory]
    [InlineData("classic")]
    [InlineData("consumer")]
    public async Task Platformatics_client_produces_and_consumes_in_a_group_of_either_protocol(string protocol) =>
        Assert.Equal($"created 3\n{Keyed}\ndone\n", await RunNodeAsync("platformatic.mjs", protocol));

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Kafka_python_produces_and_consumes(string codec)
    {
        Assert.SkipUnless(Command.Exists(Python) && (await Command.RunAsync(Python, ["-c", "import kafka"])).ExitCode == 0, $"Not tried with kafka-python: {Python} does not have it.");
        Assert.Equal(
            """
            k-0 v-0 0, v-5 5, v-10 10, v-15 15, v-20 20, v-25 25
            k-1 v-1 1, v-6 6, v-11 11, v-16 16, v-21 21, v-26 26
            k-2 v-2 2, v-7 7, v-12 12, v-17 17, v-22 22, v-27 27
            k-3 v-3 3, v-8 8, v-13 13, v-18 18, v-23 23, v-28 28
            k-4 v-4 4, v-9 9, v-14 14, v-19 19, v-24 24, v-29 29
            committed [(0, 0, 0), (1, 12, 12), (2, 18, 18)]
            from time [(0, None), (1, 0), (2, 0)]
            groups True
            offsets [(0, 0), (1, 12), (2, 18)]

            """,
            await RunAsync(Python, [Path.Combine(Folder, "kafka_python.py"), cluster.Address, cluster.NewName("python"), codec]));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Kcat_produces_consumes_and_looks_up_by_time(string codec)
    {
        Assert.SkipUnless(Command.Exists(Kcat), "Not tried with kcat: it is not on the PATH.");
        var topic = await cluster.CreateTopicAsync();
        string[] broker = ["-q", "-b", cluster.Address];
        string[] settings = ["-X", $"compression.codec={codec}", "-X", "enable.idempotence=true"];

        await RunAsync(Kcat, [.. broker, .. settings, "-P", "-t", topic, "-K:", "-H", "n=1"], "a:one\nb:two\nc:\n");
        await RunAsync(Kcat, [.. broker, "-X", $"transactional.id={topic}", "-P", "-t", topic, "-K:"], "d:four\n");

        Assert.Equal("0 a one n=1\n1 b two n=1\n2 c  n=1\n3 d four \n", await RunAsync(Kcat, [.. broker, "-C", "-t", topic, "-e", "-f", "%o %k %s %h\\n"]));
        Assert.Equal("a\nb\nc\nd\n", await RunAsync(Kcat, [.. broker, "-X", "auto.offset.reset=earliest", "-e", "-f", "%k\\n", "-G", topic, topic]));
        Assert.Equal("", await RunAsync(Kcat, [.. broker, "-e", "-f", "%k\\n", "-G", topic, topic]));
        Assert.Equal($"{topic} [0] offset 0\n", await RunAsync(Kcat, ["-b", cluster.Address, "-Q", "-t", $"{topic}:0:1"]));
        Assert.Contains($"""topic "{topic}" with 1 partitions""", await RunAsync(Kcat, ["-b", cluster.Address, "-L", "-t", topic]), StringComparison.Ordinal);
    }

    private async Task<string> RunNodeAsync(string file, string how)
    {
        Assert.SkipUnless(IsLong && Command.Exists("npm"), "Not tried with clients for Node.js: ./test --long installs them, where npm is on the PATH.");
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"], folder: Folder);
        }

        return await RunAsync("node", [Path.Combine(Folder, file), cluster.Address, cluster.NewName("node"), how]);
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string input = "", string? folder = null)
    {
        var (exitCode, output, error) = await Command.RunAsync(program, arguments, input, folder);
        Assert.True(exitCode == 0, $"{program} ended with {exitCode}:\n{output}{error}");
        return output;
    }
}
