using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Headrace.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed class Arguments
{
    public const string Usage =
        """
        Runs the benchmarks: one process per case, the cases in turn, round after round. A ratio is the median of the ratios within a round.

          ./bench NAME… | all [--rounds N] [--minutes N] [--kafka HOST:PORT] [--json FILE]

        all        every benchmark but those that only say --minutes when to end
        --rounds   how often every case runs; 7 unless told
        --minutes  how long 'soak' runs; 1 unless told
        --kafka    measures on this Apache Kafka instead of the dev broker; the benchmark 'broker' compares the two
        --json     writes a line per case and metric: benchmark, case, metric, median, lowerQuartile, ratio, ratioLowerQuartile, against
        """;

    public IReadOnlyList<Benchmark> Benchmarks { get; private set; } = [];

    public int Rounds { get; private set; } = 7;

    public int Minutes { get; private set; } = 1;

    public string? Kafka { get; private set; }

    public string? JsonFile { get; private set; }

    /// <summary>False when there is nothing to run: with arguments when help was asked for, without when they make no sense.</summary>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out Arguments? arguments, out string text)
    {
        arguments = new();
        text = $"{Usage}\n\nBenchmarks:\n{string.Join('\n', Catalog.All.Select(one => $"  {one.Name,-10} {one.What}"))}";
        if (args.Length == 0 || args.Any(argument => argument is "-h" or "--help"))
        {
            return false;
        }

        if (arguments.Read(new(args)) is not { } fault)
        {
            return true;
        }

        text = $"error: {fault}\n\n{text}";
        arguments = null;
        return false;
    }

    private string? Read(Queue<string> args)
    {
        var named = new List<Benchmark>();
        while (args.TryDequeue(out var name))
        {
            if (name == "all")
            {
                named.AddRange(Catalog.All.Where(static one => !one.IsEndless));
            }
            else if (!name.StartsWith('-'))
            {
                if (Catalog.All.FirstOrDefault(one => one.Name == name) is not { } benchmark)
                {
                    return $"there is no benchmark '{name}'.";
                }

                named.Add(benchmark);
            }
            else if (!args.TryDequeue(out var value))
            {
                return $"{name} takes a value.";
            }
            else if (!Set(name, value))
            {
                return $"{name} {value} is not understood.";
            }
        }

        Benchmarks = named;
        return named.Count > 0 ? null : "name a benchmark, or 'all'.";
    }

    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                Rounds = rounds;
                return true;
            case "--minutes" when int.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes > 0:
                Minutes = minutes;
                return true;
            case "--kafka" when value.Contains(':', StringComparison.Ordinal):
                Kafka = value;
                return true;
            case "--json":
                JsonFile = value;
                return true;
            default:
                return false;
        }
    }
}
