using Headrace;
using Spectre.Console;
using Storefront.Startup;

namespace Storefront.Traffic;

/// <summary>What happens when a file is replayed: with <c>--exit</c> the groups of this process catch up, and the program ends.</summary>
internal sealed class ReplayEnd(HeadraceStatus headrace, StorefrontOptions options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task ReachedAsync(CancellationToken stopping)
    {
        if (!options.Exit)
        {
            return;
        }

        var started = time.GetTimestamp();
        while (!await HaveCaughtUpAsync(stopping) && time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Pause, time, stopping);
        }

        foreach (var group in headrace.Groups())
        {
            AnsiConsole.WriteLine($"{group.Name}: handled {group.Handled}, dead-lettered {group.DeadLettered}, lag {group.Lag?.ToString() ?? "unknown"}");
        }

        if (!await HaveCaughtUpAsync(stopping))
        {
            AnsiConsole.WriteLine($"Not all groups caught up within {Patience.TotalMinutes} min.");
            Environment.ExitCode = 1;
        }

        lifetime.StopApplication();
    }

    /// <summary>Billing's payments are the last that others wait for, so two looks a pause apart have to agree.</summary>
    private async Task<bool> HaveCaughtUpAsync(CancellationToken stopping)
    {
        var produced = headrace.Produced().Values.Sum();
        if (headrace.Groups().Any(group => group.Lag != 0))
        {
            return false;
        }

        await Task.Delay(Pause, time, stopping);
        return headrace.Groups().All(group => group.Lag == 0) && headrace.Produced().Values.Sum() == produced;
    }
}
