using System.Diagnostics;

namespace Headrace.Benchmarks.Schemas;

/// <summary>Asks a registry's client for a schema that it knows, in both ways that it has.</summary>
internal static class LookUp
{
    public const string Found = "look-up ns";
    public const string Awaited = "awaited look-up ns";

    // Turns are short, so that most of them end before another process gets the core.
    private const int Turns = 201;
    private const int PerTurn = 100_000;

    public static async Task<IReadOnlyDictionary<string, double>> RunAsync()
    {
        await using var registry = await DevSchemaRegistry.StartAsync();
        using var client = new SchemaRegistryClient(new() { Url = registry.Url });
        var id = await client.RegisterAsync("orders-value", new("\"int\""));
        await client.GetAsync(id);
        var found = new List<TimeSpan>();
        var awaited = new List<TimeSpan>();
        for (var turn = 0; turn < 2 * Turns; turn++)
        {
            found.Add(Find(client, id));
            awaited.Add(await GetAsync(client, id));
        }

        return new Dictionary<string, double> { [Found] = Median(found), [Awaited] = Median(awaited) };
    }

    private static TimeSpan Find(SchemaRegistryClient client, int id)
    {
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < PerTurn; index++)
        {
            if (client.Find(id) is null)
            {
                throw new BenchmarkException("The client has forgotten a schema.");
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<TimeSpan> GetAsync(SchemaRegistryClient client, int id)
    {
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < PerTurn; index++)
        {
            if ((await client.GetAsync(id)).Id != id)
            {
                throw new BenchmarkException("The client has another schema.");
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    // The first half is for the compiler.
    private static double Median(List<TimeSpan> turns) => turns.Skip(Turns).Order().ElementAt(Turns / 2).TotalNanoseconds / PerTurn;
}
