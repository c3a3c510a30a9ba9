using Headrace.Benchmarks.Brokers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Benchmarks.Scheduling;

/// <summary>A consumer as the engine has it, without messages and pipelines: what is measured is when records are handled.</summary>
internal static class Member
{
    public static RecordConsumer Create(string kafka, string topic, string group, int workers, RecordDelegate handle, string? instance = null)
    {
        var settings = new Dictionary<string, string>(ClientSettings.Fetching)
        {
            ["bootstrap.servers"] = kafka,
            ["heartbeat.interval.ms"] = "300",
            ["session.timeout.ms"] = "10000",
        };
        if (instance is not null)
        {
            settings["group.instance.id"] = instance;
        }

        var options = new ConsumerOptions { GroupId = group, Topics = [topic], Workers = workers, ClientSettings = settings };
        return new(options, handle, NullLoggerFactory.Instance, TimeProvider.System);
    }

    /// <summary>Starts it and waits until it has all partitions: a load that begins then finds no backlog.</summary>
    public static async Task StartAsync(RecordConsumer member, int partitions)
    {
        member.Start();
        while (member.Snapshot().Partitions.Count < partitions)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public static CancellationToken Within(TimeSpan time) => new CancellationTokenSource(time).Token;
}
