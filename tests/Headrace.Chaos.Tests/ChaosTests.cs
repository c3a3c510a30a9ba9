using System.Globalization;

namespace Headrace.Chaos;

/// <summary>Three members, twelve partitions, a thousand keys, and everything that goes wrong.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };
    private static readonly bool HasSeed = Environment.GetEnvironmentVariable("HEADRACE_TEST_SEED") is { Length: > 0 };

    /// <summary>In the plain suite the same few disturbances every time, one of each kind; <c>./test --long</c> goes on for 100 rounds from a seed of its own.</summary>
    [Fact]
    public async Task B9_nothing_is_lost_or_out_of_order_and_only_what_was_in_flight_is_repeated()
    {
        const int Rounds = 100;
        var seed = HasSeed ? int.Parse(Environment.GetEnvironmentVariable("HEADRACE_TEST_SEED")!, CultureInfo.InvariantCulture) : IsLong ? Random.Shared.Next() : 9;
        await using var run = await ChaosRun.StartAsync(seed);
        try
        {
            var disturbances = new Disturbances(run, seed);
            for (var round = 0; round < (IsLong ? Rounds : disturbances.Kinds / 2); round++)
            {
                await disturbances.NextAsync();
                await disturbances.NextAsync();
                await run.GoOnAsync();
            }

            var verdict = await run.EndAsync();
            output.WriteLine($"Seed {seed}: {verdict}; {run.Load.Failed} produces failed.\n{run.Log}");
            string[] faults = [.. verdict.Faults, .. run.CommitFaults];
            Assert.True(faults.Length == 0, $"{verdict}\n{string.Join('\n', faults)}");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Seed {seed}: {error.Message}\n{run.Log}\n{run.Output}", error);
        }
    }
}
