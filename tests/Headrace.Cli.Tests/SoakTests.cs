using System.Diagnostics;
using System.Globalization;

namespace Headrace.Cli.Tests;

/// <summary>Brokers, one in memory and one in a folder, that are used for a long time while they fail in every way they know: their memory stays as it is.</summary>
public sealed class SoakTests : IDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };
    private static readonly TimeSpan Duration = IsLong ? TimeSpan.FromMinutes(15) : TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A garbage collector takes what it likes; a leak of 15 minutes is more than this.
    private const double MostGrowth = 1.25;

    private static readonly string[] Rules =
    [
        """{ "apis": ["Produce"], "times": 3, "action": "loseReply" }""",
        """{ "apis": ["Produce"], "times": 2, "action": "close" }""",
        """{ "apis": ["Produce"], "times": 3, "action": "error", "error": 7 }""",
        """{ "apis": ["Produce", "Fetch"], "times": 5, "action": "throttle", "milliseconds": 100 }""",
        """{ "apis": ["Fetch"], "times": 20, "probability": 0.5, "action": "delay", "milliseconds": 200 }""",
        """{ "apis": ["Fetch"], "times": 1, "action": "neverAnswer" }""",
        """{ "apis": ["Fetch"], "clientId": "classic", "times": 2, "action": "corrupt" }""",
        """{ "apis": ["Fetch"], "times": 1, "action": "raiseLeaderEpoch" }""",
        """{ "apis": ["Heartbeat", "ConsumerGroupHeartbeat"], "times": 2, "action": "expireMembers" }""",
        """{ "apis": ["JoinGroup", "SyncGroup"], "times": 2, "action": "close" }""",
        """{ "apis": ["OffsetCommit"], "times": 2, "action": "loseReply" }""",
        """{ "apis": ["OffsetCommit"], "times": 1, "action": "rebalance" }""",
        """{ "apis": ["EndTxn"], "times": 1, "action": "loseReply" }""",
        """{ "apis": ["AddPartitionsToTxn"], "times": 1, "action": "fenceProducer" }""",
        """{ "apis": ["Metadata"], "times": 1, "action": "restartListener", "milliseconds": 300 }""",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-soak-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Memory_is_flat_while_everything_fails_at_times() =>
        await Task.WhenAll(SoakAsync("in memory", "--memory"), SoakAsync("in a folder", "--data", _folder));

    private static async Task SoakAsync(string what, params string[] where)
    {
        var (broker, said) = await CommandProcess.StartAsync(["dev", "--port", "0", "--control-port", "0", .. where]);
        await using var ending = broker;
        using var process = Process.GetProcessById(said.GetProperty("processId").GetInt32());
        using var control = new HttpClient { BaseAddress = new Uri(said.GetProperty("controlAddress").GetString()!) };
        using var load = new SoakLoad(said.GetProperty("bootstrapServers").GetString()!);
        await load.StartAsync();

        var samples = new List<double>();
        var random = new Random(1);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Duration;)
        {
            await BreakAsync(control, Rules[random.Next(Rules.Length)]);
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
            process.Refresh();
            samples.Add(process.WorkingSet64 / (1024.0 * 1024));
            load.AssertRuns();
        }

        await control.DeleteAsync(new Uri("faults", UriKind.Relative), TestContext.Current.CancellationToken);
        await load.AssertGoesOnAsync();

        // The first third is what it takes to get going.
        var thirds = samples.Chunk((samples.Count / 3) + 1).Select(third => third.Order().ElementAt(third.Length / 2)).ToList();
        var seen = string.Create(CultureInfo.InvariantCulture, $"{what}: {string.Join(", ", thirds.Select(third => $"{third:0} MB"))} in thirds of {Duration.TotalMinutes:0.#} minutes; {load}");
        TestContext.Current.SendDiagnosticMessage(seen);
        Assert.True(!IsLong || thirds[2] <= thirds[1] * MostGrowth, seen);
    }

    private static async Task BreakAsync(HttpClient control, string rule)
    {
        using var body = new StringContent(rule);
        using var answer = await control.PostAsync(new Uri("faults", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{rule}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
    }
}
