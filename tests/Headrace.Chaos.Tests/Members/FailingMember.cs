using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Chaos.Members;

/// <summary>
/// The only member of a group whose first record of each poisoned key fails, in a process of its own. It takes orders from its standard input, and stops in order when that ends.
/// </summary>
internal sealed class FailingMember(HandledFile handled, FailureWay way)
{
    public const string StandStill = "stand still";
    public const string Heal = "heal";
    public const string Poison = "poison";

    /// <summary>The delay of the only retry topic: long enough that a process is killed before it handles the copy that it has just written, which would be another record at another failpoint.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);

    private volatile bool _isHealed;

    public static async Task RunAsync(FailureWay way, string kafka, string topic, string group, string file)
    {
        using var handled = new HandledFile(file);
        using var acknowledgements = new AcknowledgementLog(handled);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(acknowledgements);
        builder.AddHeadrace().Configure(options =>
        {
            foreach (var (name, value) in Member.ClientSettings(kafka))
            {
                options.Client[name] = value;
            }

            // Static, so that the next process has the partitions at once.
            options.Consumer["group.instance.id"] = "member";
        });
        using var app = builder.Build();
        var member = new FailingMember(handled, way);
        Map(app.MapConsumerGroup(group), way).MapTopic(topic).OnRecord((Record record, MessageContext context) => member.Handle(record, context.Attempt));
        await app.StartAsync();
        while (Console.ReadLine() is { } order)
        {
            _ = order switch
            {
                StandStill => acknowledgements.StandsStill = true,
                Heal => member._isHealed = true,
                _ => throw new InvalidOperationException($"There is no order '{order}'."),
            };
        }

        await app.StopAsync();
    }

    private static ConsumerGroupBuilder Map(ConsumerGroupBuilder group, FailureWay way)
    {
        group.WithWorkers(4, Ordering.ByKey).WithFailurePolicy(static policy => policy.Attempts = 1);
        return way switch
        {
            FailureWay.RetryTopic => group.WithRetryTopics(Delay),
            FailureWay.OrderKept => group.WithOrderKept(),
            FailureWay.Transaction => group.WithTransactions(),
            _ => group,
        };
    }

    private void Handle(Record record, int attempt)
    {
        var what = new HandledRecord(Encoding.UTF8.GetString(record.Key), long.Parse(record.Value, CultureInfo.InvariantCulture), record.Partition, record.Offset);
        handled.Write(HandledLine.Started, what);
        if (what is { Sequence: 0 } && what.Key.StartsWith(Poison, StringComparison.Ordinal) && !_isHealed && (way != FailureWay.RetryTopic || attempt == 1))
        {
            handled.Write(HandledLine.Failed, what);
            throw new InvalidOperationException("It is poison.");
        }

        handled.Write(HandledLine.Finished, what);
    }
}
