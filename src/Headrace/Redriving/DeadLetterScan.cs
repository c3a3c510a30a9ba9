using System.Runtime.CompilerServices;
using Headrace.Consuming;

namespace Headrace.Redriving;

/// <summary>Reads the dead letters of one topic in order, each once, and knows which of them are resolved.</summary>
internal sealed class DeadLetterScan(DeadLetterTopic topic, ClusterAdmin admin, LogReader reader)
{
    /// <summary>What there is to read now.</summary>
    public static async Task<IReadOnlyList<LogPart>> RangesAsync(ClusterAdmin admin, DeadLetterTopic topic, DeadLetterFilter filter, CancellationToken cancellation)
    {
        var ends = await admin.EndOffsetsAsync([topic.Name], cancellation);
        var starts = await admin.StartOffsetsAsync([topic.Name], cancellation);
        var ranges = ends.Select(end => new LogPart(topic.Name, end.Key.Partition, starts.GetValueOrDefault(end.Key), end.Value));
        if (filter.Position is { } one)
        {
            ranges = ranges.Where(range => range.Topic == one.Topic && range.Partition == one.Partition && one.Offset >= range.From && one.Offset < range.To)
                .Select(range => range with { From = one.Offset, To = one.Offset + 1 });
        }

        return [.. ranges.OrderBy(static range => range.Partition)];
    }

    public async IAsyncEnumerable<(LogRecord Record, DeadLetter Letter)> ReadAsync(IReadOnlyList<LogPart> ranges, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var resolved = await ReadResolvedAsync(cancellation);
        var seen = new HashSet<DeadLetterId>();
        await foreach (var record in reader.ReadAsync(ranges, cancellation))
        {
            var id = DeadLetterReading.Id(record, topic);
            if (seen.Add(id))
            {
                yield return (record, DeadLetterReading.Read(record, topic) with { IsResolved = resolved.Contains(id) });
            }
        }
    }

    private async Task<HashSet<DeadLetterId>> ReadResolvedAsync(CancellationToken cancellation)
    {
        var ends = await admin.EndOffsetsAsync([topic.Resolved], cancellation);
        var starts = await admin.StartOffsetsAsync([topic.Resolved], cancellation);
        var resolved = new HashSet<DeadLetterId>();
        var ranges = ends.Select(end => new LogPart(topic.Resolved, end.Key.Partition, starts.GetValueOrDefault(end.Key), end.Value));
        await foreach (var record in reader.ReadAsync(ranges, cancellation))
        {
            if (DeadLetterId.TryParse(record.Key.ToString()) is { } id)
            {
                resolved.Add(id);
            }
        }

        return resolved;
    }
}
