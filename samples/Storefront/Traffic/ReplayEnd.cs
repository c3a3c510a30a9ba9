using Headrace;
using Storefront.Startup;

namespace Storefront.Traffic;

/// <summary>What happens when a file is replayed: with <c>--exit</c> the groups of this process catch up, and the program ends.</summary>
internal sealed class ReplayEnd(HeadraceStatus headrace, StorefrontOptions options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Lag is measured about once a second, so it has to be zero for longer than that while nothing moves.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    public async Task ReachedAsync(CancellationToken stopping)
    {
        if (!options.Exit)
        {
            return;
        }

        var haveCaughtUp = await CatchUpAsync(stopping);
        foreach (var group in headrace.Groups())
        {
            Console.WriteLine($"{group.Name}: handled {group.Handled}, dead-lettered {group.DeadLettered}, lag {group.Lag?.ToString() ?? "unknown"}");
        }

        if (!haveCaughtUp)
        {
            Console.WriteLine($"Not all groups caught up within {Patience.TotalMinutes} min.");
            Environment.ExitCode = 1;
        }

        lifetime.StopApplication();
    }

    private async Task<bool> CatchUpAsync(CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        var (calmSince, seen) = (started, 0L);
        while (time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Pause, time, stopping);
            var groups = headrace.Groups();
            var moved = groups.Sum(group => group.Handled) + headrace.Produced().Values.Sum();
            if (moved != seen || groups.Any(group => group.Lag != 0))
            {
                (calmSince, seen) = (time.GetTimestamp(), moved);
            }
            else if (time.GetElapsedTime(calmSince) >= Calm)
            {
                return true;
            }
        }

        return false;
    }
}
