using System.Diagnostics;
using Confluent.Kafka;

namespace Headrace.Conformance.Tests.Testing;

internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"After {Deadline.TotalSeconds} s it is not true that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    /// <summary>So many records of whatever the consumer reads.</summary>
    public static List<ConsumeResult<string, string?>> ForRecords(IConsumer<string, string?> consumer, int count)
    {
        var started = Stopwatch.GetTimestamp();
        var records = new List<ConsumeResult<string, string?>>();
        while (records.Count < count)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"After {Deadline.TotalSeconds} s there are {records.Count} records, not {count}.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
            {
                records.Add(record);
            }
        }

        return records;
    }

    /// <summary>All values up to the partition's end, as this consumer sees it.</summary>
    public static List<string?> ForEnd(IConsumer<string, string?> consumer, Func<Offset> end)
    {
        var started = Stopwatch.GetTimestamp();
        var values = new List<string?>();
        while (consumer.Position(consumer.Assignment[0]) is var position && (position == Offset.Unset || position < end()))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"After {Deadline.TotalSeconds} s the position is {position}, not {end()}.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { Message: not null } record)
            {
                values.Add(record.Message.Value);
            }
            else if (end() == 0)
            {
                break;
            }
        }

        return values;
    }
}
