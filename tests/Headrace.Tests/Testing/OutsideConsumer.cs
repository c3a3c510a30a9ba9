using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Headrace.Tests.Testing;

/// <summary>A consumer that is not of this process, nor of .NET: kcat, or the console consumer of Apache Kafka. Disposing kills it if it still runs.</summary>
internal sealed partial class OutsideConsumer : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly Process _process;

    private OutsideConsumer(string program, params string[] arguments)
    {
        _process = new() { StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Partition and offset of every record that it printed.</summary>
    public ConcurrentQueue<(int Partition, long Offset)> Taken { get; } = new();

    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>The folder of Apache Kafka's tools; empty where there is none.</summary>
    public static string KafkaHome => Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME") ?? "";

    public static OutsideConsumer? Kcat(string kafka, string group, string topic, string assignor)
    {
        try
        {
            return new(
                "kcat", "-b", kafka, "-G", group, topic, "-u", "-f", "Partition:%p Offset:%o\n", "-X", $"partition.assignment.strategy={assignor}",
                "-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=300", "-X", "auto.commit.interval.ms=100");
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public static OutsideConsumer Java(string kafka, string group, string topic, string assignor)
    {
        string[] properties =
        [
            $"partition.assignment.strategy=org.apache.kafka.clients.consumer.{assignor}", "auto.offset.reset=earliest", "session.timeout.ms=6000",
            "heartbeat.interval.ms=300", "auto.commit.interval.ms=100",
        ];
        return new(
            Path.Combine(KafkaHome, "bin", "kafka-tool"),
            ["console-consumer", "--bootstrap-server", kafka, "--group", group, "--topic", topic, .. properties.SelectMany(static property => new[] { "--command-property", property }),
                "--formatter-property", "print.partition=true", "--formatter-property", "print.offset=true", "--formatter-property", "print.value=false"]);
    }

    /// <summary>Lets it leave its group in order.</summary>
    public async Task LeaveAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, Terminate));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (Printed().Match(line ?? "") is { Success: true } match)
        {
            Taken.Enqueue((int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)));
        }
    }

    [GeneratedRegex(@"Partition:(\d+)\s+Offset:(\d+)")]
    private static partial Regex Printed();

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
