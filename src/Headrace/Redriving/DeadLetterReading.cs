using Headrace.Consuming;
using Headrace.Failures;

namespace Headrace.Redriving;

/// <summary>Makes dead letters of records. What their headers say is read only as far as it is plausible; a record that somebody else wrote has an identity too.</summary>
internal static class DeadLetterReading
{
    /// <summary>How often a record was redriven; among the record's own headers, so that it survives the next failure.</summary>
    public const string Redrives = "headrace-redrives";

    private const int LongestName = 2_000;
    private const int LongestMessage = 16_000;
    private const int LongestStack = 64_000;
    private const int MostRedrives = 1_000_000;

    public static DeadLetter Read(LogRecord record, DeadLetterTopic topic)
    {
        var (headers, own) = (record.Headers, OwnCount(record.Headers));
        string? Text(string name, int longest = LongestName) => RecordOrigin.TextOf(headers, name, own, longest);
        var number = Id(record, topic);
        var origin = new RecordHeaders();
        origin.AddRange(headers.Take(own));
        return new()
        {
            Position = record.Position,
            At = record.Timestamp,
            Key = record.Key,
            Value = record.Value,
            Headers = origin,
            Failure = new()
            {
                Origin = new(topic.Origin, number.Partition, number.Offset),
                Group = topic.Group,
                Handler = Text(DeadLetterHeaders.Handler),
                Attempts = (int)Math.Min(RecordOrigin.NumberOf(headers, DeadLetterHeaders.Attempts, own) ?? 0, int.MaxValue),
                Redrives = RedrivesOf(headers, own),
                FirstFailedAt = RecordOrigin.TimeOf(headers, DeadLetterHeaders.FirstFailedAt, own),
                LastFailedAt = RecordOrigin.TimeOf(headers, DeadLetterHeaders.LastFailedAt, own),
                ExceptionType = Text(DeadLetterHeaders.ExceptionType),
                ExceptionMessage = Text(DeadLetterHeaders.ExceptionMessage, LongestMessage),
                ExceptionStack = Text(DeadLetterHeaders.ExceptionStack, LongestStack),
            },
        };
    }

    public static DeadLetterId Id(LogRecord record, DeadLetterTopic topic)
    {
        var (headers, own) = (record.Headers, OwnCount(record.Headers));
        if (RecordOrigin.TextOf(headers, DeadLetterHeaders.Topic, own, LongestName) == topic.Origin
            && RecordOrigin.NumberOf(headers, DeadLetterHeaders.Partition, own) is { } partition and <= int.MaxValue
            && RecordOrigin.NumberOf(headers, DeadLetterHeaders.Offset, own) is { } offset)
        {
            var id = Guid.TryParseExact(RecordOrigin.TextOf(headers, DeadLetterHeaders.TopicId, own, 32), "N", out var known) ? known : Guid.Empty;
            return new(id, (int)partition, offset, RedrivesOf(headers, own));
        }

        return new(Guid.Empty, record.Position.Partition, record.Position.Offset, -1);
    }

    /// <summary>How many of the headers the record had at its origin.</summary>
    public static int OwnCount(RecordHeaders headers)
    {
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (headers[i].Name == DeadLetterHeaders.Topic)
            {
                return i;
            }
        }

        return headers.Count;
    }

    private static int RedrivesOf(RecordHeaders headers, int own)
    {
        for (var i = own - 1; i >= 0; i--)
        {
            if (headers[i].Name == Redrives)
            {
                return int.TryParse(headers[i].Value.Length < 10 ? headers[i].Text : null, out var number) && number is >= 0 and <= MostRedrives ? number : 0;
            }
        }

        return 0;
    }
}
