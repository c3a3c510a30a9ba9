using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Headrace.Benchmarks.Running;

/// <summary>An Apache Kafka for the time of a run, started from the folder that HEADRACE_KAFKA_HOME names.</summary>
internal sealed class ApacheKafka : IAsyncDisposable
{
    private readonly string _home;
    private readonly string _folder;

    private ApacheKafka(string home, string folder, string address) => (_home, _folder, Address) = (home, folder, address);

    public string Address { get; }

    /// <summary>A broker; <see langword="null"/>, and a line that says why, where there is none to start.</summary>
    public static async Task<ApacheKafka?> StartAsync(CancellationToken cancellation)
    {
        var home = Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME") ?? "";
        if (!File.Exists(Path.Combine(home, "bin", "kafka-start")))
        {
            Console.WriteLine($"Apache Kafka was not measured: no bin/kafka-start in '{home}'. Name its folder in HEADRACE_KAFKA_HOME, or give --kafka HOST:PORT.");
            return null;
        }

        var folder = Directory.CreateTempSubdirectory("headrace-kafka").FullName;
        var output = await RunAsync(Path.Combine(home, "bin", "kafka-start"), ["--port", $"{FreePort()}", "--dir", folder], cancellation);
        return new(home, folder, output.Trim().Split('\n')[^1]);
    }

    public async ValueTask DisposeAsync() => await RunAsync(Path.Combine(_home, "bin", "kafka-stop"), [_folder, "--remove"], CancellationToken.None);

    private static async Task<string> RunAsync(string command, string[] arguments, CancellationToken cancellation)
    {
        // The output goes through a file: the broker inherits it, and a pipe would stay open as long as the broker runs.
        var log = Path.GetTempFileName();
        try
        {
            using var process = Process.Start("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, command, .. arguments]);
            await process.WaitForExitAsync(cancellation);
            var output = await File.ReadAllTextAsync(log, cancellation);
            return process.ExitCode == 0 ? output : throw new BenchmarkException($"{command} failed: {output}");
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
