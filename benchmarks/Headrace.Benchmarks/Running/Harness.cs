using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Headrace.Benchmarks.Running;

/// <summary>Runs benchmarks in rounds. A machine's speed drifts, so the cases take turns and only ratios within a round are compared.</summary>
internal static class Harness
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores, {arguments.Rounds} rounds");
        var rows = new List<ReportRow>();
        foreach (var benchmark in arguments.Benchmarks)
        {
            Console.WriteLine($"\n{benchmark.Name}: {benchmark.What}");
            foreach (var condition in benchmark.Conditions)
            {
                Console.WriteLine($"  {condition}");
            }

            var (measured, goals) = await MeasureAsync(benchmark, arguments, cancellation);
            rows.AddRange(measured);
            Report.Print(measured);
            Report.Print(goals);
        }

        if (arguments.JsonFile is { } file)
        {
            await Report.WriteAsync(rows, file, cancellation);
        }

        return 0;
    }

    private static async Task<(List<ReportRow> Rows, List<GoalRow> Goals)> MeasureAsync(Benchmark benchmark, Arguments arguments, CancellationToken cancellation)
    {
        // Brokers of one benchmark never see the load of another.
        await using var brokers = new BrokerSet(arguments.Kafka);
        var prepared = new Dictionary<string, string>();
        var runs = new List<(BenchmarkCase Case, string Kafka)>();
        foreach (var one in benchmark.Cases)
        {
            if (await brokers.AddressOfAsync(one.Target, cancellation) is { } kafka)
            {
                runs.Add((one, kafka));
                prepared[kafka] = prepared.TryGetValue(kafka, out var done) ? done : await benchmark.PrepareAsync(kafka, arguments, cancellation);
            }
        }

        var results = runs.ToDictionary(run => run.Case.Name, _ => new List<IReadOnlyDictionary<string, double>>());
        for (var round = 1; round <= (benchmark.IsEndless ? 1 : arguments.Rounds); round++)
        {
            foreach (var (one, kafka) in runs)
            {
                var started = Stopwatch.GetTimestamp();
                var values = await CaseProcess.RunAsync(benchmark, one, kafka, prepared[kafka], arguments, cancellation);
                results[one.Name].Add(values);
                var shown = string.Join(", ", values.Select(value => $"{Report.Number(value.Value)} {value.Key}"));
                Console.WriteLine($"  round {round}  {one.Name,-14} {shown}  ({Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s)");
            }
        }

        return (Report.Summarise(benchmark, results), Report.Judge(benchmark, results));
    }
}
