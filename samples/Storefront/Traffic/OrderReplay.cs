using System.Threading.Channels;
using Spectre.Console;
using Storefront.Startup;

namespace Storefront.Traffic;

/// <summary>Posts a file of JSON lines. One customer's lines go down one lane, so they are accepted in the file's order; lanes run side by side.</summary>
internal sealed class OrderReplay(ShopClient shop, StorefrontOptions options, ReplayEnd end, TimeProvider time) : BackgroundService
{
    private const int Lanes = 8;
    private const int MostWaiting = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ReplayAsync(shop.Stopping);
        }
        catch (OperationCanceledException) when (shop.Stopping.IsCancellationRequested)
        {
            Console.WriteLine("The replay was stopped before its end.");
        }
    }

    private async Task ReplayAsync(CancellationToken stopping)
    {
        await shop.WhenStartedAsync(stopping);
        var file = options.Replay!;
        var total = File.ReadLines(file.FullName).Count(line => line.Length > 0);
        var report = new ReplayReport();
        await Terminal().Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask($"Replaying {Markup.Escape(file.Name)}", maxValue: Math.Max(total, 1));
                await PostAsync(file, report, () => bar.Increment(1), stopping);
                bar.Value = bar.MaxValue;
            });
        Console.WriteLine($"Replayed {total} lines: {report}");
        await end.ReachedAsync(stopping);
    }

    /// <summary>A file or a pipe gets plain lines.</summary>
    private static IAnsiConsole Terminal() => Console.IsOutputRedirected
        ? AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No })
        : AnsiConsole.Console;

    private async Task PostAsync(FileInfo file, ReplayReport report, Action onPosted, CancellationToken stopping)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var lanes = Enumerable.Range(0, Lanes).Select(_ => Channel.CreateBounded<ReplayLine>(MostWaiting)).ToArray();
        var posting = lanes.Select(lane => GuardAsync(DrainAsync(lane.Reader, report, onPosted, failed.Token), failed));
        await Task.WhenAll([.. posting, GuardAsync(FillAsync(file, lanes, failed.Token), failed)]);
    }

    /// <summary>The first fault ends all lanes: a reader must not wait for ever for a lane that is gone.</summary>
    private static async Task GuardAsync(Task work, CancellationTokenSource failed)
    {
        try
        {
            await work;
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
    }

    private async Task FillAsync(FileInfo file, Channel<ReplayLine>[] lanes, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        var read = 0;
        await foreach (var text in File.ReadLinesAsync(file.FullName, stopping))
        {
            if (text.Length == 0)
            {
                continue;
            }

            if (options.Rate > 0 && TimeSpan.FromSeconds((double)read / options.Rate) - time.GetElapsedTime(started) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, time, stopping);
            }

            var line = ReplayLine.Parse(text);
            var lane = line.CustomerId is null ? read : string.GetHashCode(line.CustomerId, StringComparison.Ordinal) & int.MaxValue;
            await lanes[lane % Lanes].Writer.WriteAsync(line, stopping);
            read++;
        }

        foreach (var lane in lanes)
        {
            lane.Writer.Complete();
        }
    }

    private async Task DrainAsync(ChannelReader<ReplayLine> lane, ReplayReport report, Action onPosted, CancellationToken stopping)
    {
        await foreach (var line in lane.ReadAllAsync(stopping))
        {
            report.Count(await shop.PostUntilAnsweredAsync(line.Path, line.Json, stopping), line.IsCancellation);
            onPosted();
        }
    }
}
