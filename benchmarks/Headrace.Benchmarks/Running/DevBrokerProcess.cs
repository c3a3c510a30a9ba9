using System.Diagnostics;

namespace Headrace.Benchmarks.Running;

/// <summary>The dev broker in a process of its own, so that what it costs is not the client's cost.</summary>
internal sealed class DevBrokerProcess : IAsyncDisposable
{
    public const string Role = "--broker";

    private readonly Process _process;
    private string? _ownFolder;

    private DevBrokerProcess(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    public static async Task<DevBrokerProcess> StartAsync(bool inFolder, CancellationToken cancellation)
    {
        var folder = inFolder ? Directory.CreateTempSubdirectory("headrace-broker").FullName : null;
        var broker = await StartAsync(folder, cancellation);
        broker._ownFolder = folder;
        return broker;
    }

    /// <summary>In a folder that stays; null: in memory.</summary>
    public static async Task<DevBrokerProcess> StartAsync(string? folder, CancellationToken cancellation)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, folder is null ? [Role] : [Role, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var address = await process.StandardOutput.ReadLineAsync(cancellation) ?? throw new BenchmarkException("The dev broker did not start.");
        return new(process, address);
    }

    /// <summary>As kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The other side. It ends when its input closes, so it cannot outlive who started it.</summary>
    public static async Task<int> ServeAsync(string? folder)
    {
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { DataFolder = folder });
        Console.WriteLine(broker.BootstrapServers);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_ownFolder is { } folder)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
