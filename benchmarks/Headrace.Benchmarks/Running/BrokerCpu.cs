using System.Diagnostics;
using System.Globalization;

namespace Headrace.Benchmarks.Running;

/// <summary>The processor time of whoever listens at an address of this machine. Linux only: it is found through /proc.</summary>
internal sealed class BrokerCpu
{
    private const string Listening = "0A";
    private readonly Process? _process;

    public BrokerCpu(string address)
    {
        var port = int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
        _process = OperatingSystem.IsLinux() && FindSocket(port) is { } socket ? FindProcess(socket) : null;
    }

    /// <summary>Seconds so far; <see langword="null"/> where the broker is elsewhere.</summary>
    public double? Seconds
    {
        get
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime.TotalSeconds;
        }
    }

    private static string? FindSocket(int port) => new[] { "/proc/net/tcp", "/proc/net/tcp6" }
        .SelectMany(File.ReadLines)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(fields => fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))?[9];

    private static Process? FindProcess(string socket) => Array.Find(Process.GetProcesses(), process => Holds(process.Id, $"socket:[{socket}]"));

    private static bool Holds(int process, string socket)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name == socket);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Somebody else's process, or one that has ended meanwhile.
            return false;
        }
    }
}
