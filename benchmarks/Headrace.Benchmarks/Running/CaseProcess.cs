using System.Diagnostics;
using System.Text.Json;

namespace Headrace.Benchmarks.Running;

/// <summary>Runs a case in a process of its own: nothing that an earlier case compiled, cached or left on the heap counts for it.</summary>
internal static class CaseProcess
{
    public const string Role = "--case";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(Benchmark benchmark, BenchmarkCase one, string kafka, string prepared, Arguments arguments, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var limit = benchmark.IsEndless ? Limit + TimeSpan.FromMinutes(arguments.Minutes) : Limit;
        deadline.CancelAfter(limit);
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Role, benchmark.Name, one.Name, kafka, prepared]) { RedirectStandardOutput = true })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<Dictionary<string, double>>(output.Trim().Split('\n')[^1])!
                : throw new BenchmarkException($"{benchmark.Name}/{one.Name} ended with exit code {process.ExitCode}: {output}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchmarkException($"{benchmark.Name}/{one.Name} was not done within {limit.TotalMinutes:0} minutes.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>The other side: measures, and prints the values as one line of JSON.</summary>
    public static async Task<int> ServeAsync(string[] args)
    {
        var (benchmark, name, kafka, prepared) = (args[0], args[1], args[2], args[3]);
        var one = Catalog.All.Single(each => each.Name == benchmark).Cases.Single(each => each.Name == name);
        Console.WriteLine(JsonSerializer.Serialize(await one.RunAsync(kafka, prepared)));
        return 0;
    }
}
