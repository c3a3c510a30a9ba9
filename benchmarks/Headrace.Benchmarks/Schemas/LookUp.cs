using System.Diagnostics;

namespace Headrace.Benchmarks.Schemas;

/// <summary>Asks a registry's client for a schema that it knows.</summary>
internal static class LookUp
{
    // Turns are short, so that most of them end before another process gets the core.
    private const int Turns = 201;
    private const int PerTurn = 100_000;

    public static async Task<IReadOnlyDictionary<string, double>> RunAsync()
    {
        await using var registry = await DevSchemaRegistry.StartAsync();
        using var client = new SchemaRegistryClient(new() { Url = registry.Url });
        var id = await client.RegisterAsync("orders-value", new("\"int\""));
        await client.GetAsync(id);
        TimeSpan[] turns = [.. Enumerable.Range(0, 2 * Turns).Select(_ => Ask(client, id)).Skip(Turns).Order()];
        return new Dictionary<string, double> { ["look-up ns"] = turns[Turns / 2].TotalNanoseconds / PerTurn };
    }

    private static TimeSpan Ask(SchemaRegistryClient client, int id)
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
}
