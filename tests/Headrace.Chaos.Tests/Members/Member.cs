using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Chaos.Members;

/// <summary>
/// A member of the group, in a process of its own. It takes orders from its standard input, one to a line, and stops in order when that ends: a member never outlives the test.
/// </summary>
internal sealed class Member(HandledFile handled)
{
    public static async Task RunAsync(string kafka, string topic, string group, string file)
    {
        using var handled = new HandledFile(file);
        using var pulse = new Pulse((from, _) => handled.Write(HandledLine.Stalled, new("-", 0, 0, from)));
        using var losses = new LossLog(handled);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(losses);
        builder.AddHeadrace().Configure(options =>
        {
            foreach (var (name, value) in ClientSettings(kafka))
            {
                options.Client[name] = value;
            }

            options.Consumer["session.timeout.ms"] = "6000";
            options.Consumer["heartbeat.interval.ms"] = "1000";
        });
        using var app = builder.Build();
        var member = new Member(handled);
        app.MapConsumerGroup(group).WithWorkers(6, Ordering.ByKey).MapTopic(topic).OnRecord((Record record, CancellationToken cancellation) => member.HandleAsync(record, cancellation));
        await app.StartAsync();
        var control = app.Services.GetRequiredService<HeadraceControl>();
        while (Console.ReadLine() is { } order)
        {
            Obey(order.Split(' '), control, topic, group);
        }

        await app.StopAsync();
    }

    /// <summary>Settings that find a broker again soon after it was away.</summary>
    public static Dictionary<string, string> ClientSettings(string kafka) => new()
    {
        ["bootstrap.servers"] = kafka,
        ["reconnect.backoff.ms"] = "10",
        ["reconnect.backoff.max.ms"] = "200",
    };

    private static void Obey(string[] order, HeadraceControl control, string topic, string group)
    {
        switch (order)
        {
            case ["pause"]:
                control.Pause(group);
                break;
            case ["resume"]:
                control.Resume(group);
                break;
            case ["pause", var partition]:
                control.Pause(group, topic, Number(partition));
                break;
            case ["resume", var partition]:
                control.Resume(group, topic, Number(partition));
                break;
            case ["workers", var count]:
                control.SetWorkers(group, Number(count));
                break;
            default:
                throw new InvalidOperationException($"There is no order '{string.Join(' ', order)}'.");
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private async Task HandleAsync(Record record, CancellationToken cancellation)
    {
        var what = new HandledRecord(Encoding.UTF8.GetString(record.Key), long.Parse(record.Value, CultureInfo.InvariantCulture), record.Partition, record.Offset);
        handled.Write(HandledLine.Started, what);
        try
        {
            // Mostly short; now and then long enough that much is finished above it.
            var milliseconds = Random.Shared.Next(200) == 0 ? Random.Shared.Next(100, 400) : Random.Shared.Next(3);
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            handled.Write(HandledLine.Cancelled, what);
            throw;
        }

        handled.Write(HandledLine.Finished, what);
    }
}
