using System.Globalization;
using System.Text.Json;

namespace Headrace.Benchmarks.Running;

/// <summary>From the values of all rounds to medians and ratios, for people and as JSON lines.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web);

    public static List<ReportRow> Summarise(Benchmark benchmark, Dictionary<string, List<IReadOnlyDictionary<string, double>>> results)
    {
        // Only where the first case ran, and measured more than nothing, is there something to compare with.
        var baseline = benchmark.ComparesCases ? results.GetValueOrDefault(benchmark.Cases[0].Name) : null;
        return
        [
            .. from result in results
               from metric in result.Value[0].Keys
               let values = result.Value.Select(round => round[metric]).ToList()
               let against = ReferenceEquals(baseline, result.Value) || baseline?.TrueForAll(first => first.GetValueOrDefault(metric) > 0) != true ? null : baseline
               let ratios = against is null ? null : values.Zip(against, (value, first) => value / first[metric]).ToList()
               select new ReportRow(
                   benchmark.Name, result.Key, metric, Quantile(values, 0.5), Quantile(values, 0.25), ratios is null ? null : Quantile(ratios, 0.5), ratios is null ? null : Quantile(ratios, 0.25),
                   ratios is null ? null : benchmark.Cases[0].Name),
        ];
    }

    /// <summary>The goals, where every case ran.</summary>
    public static List<GoalRow> Judge(Benchmark benchmark, Dictionary<string, List<IReadOnlyDictionary<string, double>>> results)
    {
        if (!benchmark.Cases.All(one => results.GetValueOrDefault(one.Name) is { Count: > 0 }))
        {
            return [];
        }

        var rounds = results.Values.Min(values => values.Count);
        return
        [
            .. from goal in benchmark.Goals
               let figures = Enumerable.Range(0, rounds).Select(round => goal.Of((name, metric) => results[name][round].GetValueOrDefault(metric, double.NaN))).ToList()
               select new GoalRow(goal, Quantile(figures, 0.5), figures.Count(goal.IsMet), rounds),
        ];
    }

    public static void Print(IReadOnlyCollection<GoalRow> goals)
    {
        if (goals.Count > 0)
        {
            Console.WriteLine($"\n  {"target",-38} {"median",10} {"",12}   rounds that met it");
        }

        foreach (var (goal, median, rounds, all) in goals)
        {
            Console.WriteLine($"  {goal.What,-38} {Number(median),10} {$"{goal.Sign} {Number(goal.Limit)}",12}   {(goal.IsMet(median) ? "met" : "missed"),-6} {rounds} of {all}");
        }
    }

    public static void Print(IReadOnlyCollection<ReportRow> rows)
    {
        Console.WriteLine($"\n  {"case",-14} {"metric",-20} {"median",12} {"lower quartile",16}   ratio, median (lower quartile)");
        foreach (var row in rows)
        {
            var ratio = row.Ratio is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ({row.RatioLowerQuartile:0.00}) × {row.Against}") : "";
            Console.WriteLine($"  {row.Case,-14} {row.Metric,-20} {Number(row.Median),12} {Number(row.LowerQuartile),16}   {ratio}");
        }
    }

    public static Task WriteAsync(IEnumerable<ReportRow> rows, string file, CancellationToken cancellation) =>
        File.WriteAllLinesAsync(file, rows.Select(row => JsonSerializer.Serialize(row, Lines)), cancellation);

    public static string Number(double value) => value.ToString(Math.Abs(value) < 1_000 ? "0.##" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>Between two values in proportion, as most tools do it.</summary>
    private static double Quantile(IEnumerable<double> values, double fraction)
    {
        var sorted = values.Order().ToList();
        var place = fraction * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
