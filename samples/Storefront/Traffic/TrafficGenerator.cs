using System.Threading.Channels;
using Storefront.Startup;

namespace Storefront.Traffic;

/// <summary>Posts orders at a mean rate, in bursts. What the shop cannot take in time is left out, not saved up.</summary>
internal sealed class TrafficGenerator(ShopClient shop, StorefrontOptions options, TimeProvider time, ILogger<TrafficGenerator> log) : BackgroundService
{
    private const int Senders = 32;
    private const int MostWaiting = 256;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Cycle = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await shop.WhenStartedAsync(stoppingToken);
        log.LogInformation("Posting {Rate} orders a second to this process's shop", options.Traffic);
        var waiting = Channel.CreateBounded<(string Path, byte[] Json)>(MostWaiting);
        await Task.WhenAll([MakeAsync(waiting.Writer, shop.Stopping), .. Enumerable.Range(0, Senders).Select(_ => SendAsync(waiting.Reader, stoppingToken))]);
    }

    /// <summary>A fifth of every cycle has two and a half times the mean, the rest five eighths: together the mean.</summary>
    internal static double Shape(TimeSpan sinceStart) => sinceStart.Ticks % Cycle.Ticks < Cycle.Ticks / 5 ? 2.5 : 0.625;

    private async Task MakeAsync(ChannelWriter<(string Path, byte[] Json)> waiting, CancellationToken stopping)
    {
        var maker = new OrderMaker(new Random(), time);
        var started = time.GetTimestamp();
        var last = TimeSpan.Zero;
        var owed = 0.0;
        using var timer = new PeriodicTimer(Tick, time);
        while (await TickAsync(timer, stopping))
        {
            var now = time.GetElapsedTime(started);
            owed += options.Traffic * Shape(now) * Math.Min((now - last).TotalSeconds, 1);
            last = now;
            for (; owed >= 1; owed--)
            {
                foreach (var request in maker.Next())
                {
                    waiting.TryWrite(request);
                }
            }
        }

        waiting.Complete();
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task SendAsync(ChannelReader<(string Path, byte[] Json)> waiting, CancellationToken stopping)
    {
        await foreach (var (path, json) in waiting.ReadAllAsync(stopping))
        {
            if (shop.Stopping.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await shop.PostAsync(path, json, eventId: null, stopping);
            }
            catch (HttpRequestException error)
            {
                if (!shop.Stopping.IsCancellationRequested)
                {
                    log.LogWarning("The shop did not answer: {Why}", error.Message);
                }
            }
        }
    }
}
