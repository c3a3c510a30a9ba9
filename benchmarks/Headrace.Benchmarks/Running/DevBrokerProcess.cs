using System.Diagnostics;

namespace Headrace.Benchmarks.Running;

/// <summary>The dev broker in a process of its own, so that what it costs is not the client's cost.</summary>
internal sealed class DevBrokerProcess : IAsyncDisposable
{
    public const string Role = "--broker";

    private readonly Process _process;

    private DevBrokerProcess(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    public static async Task<DevBrokerProcess> StartAsync(CancellationToken cancellation)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Role]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var address = await process.StandardOutput.ReadLineAsync(cancellation) ?? throw new BenchmarkException("The dev broker did not start.");
        return new(process, address);
    }

    /// <summary>The other side. It ends when its input closes, so it cannot outlive who started it.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var broker = await DevBroker.StartAsync();
        Console.WriteLine(broker.BootstrapServers);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
