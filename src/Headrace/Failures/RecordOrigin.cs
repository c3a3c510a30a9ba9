using System.Globalization;

namespace Headrace.Failures;

/// <summary>Where a record was first: what identifies it, however often it was copied. Group, topic id, partition and offset name a dead letter.</summary>
internal sealed record RecordOrigin
{
    private const int LongestNumber = 20;
    private const int IdLength = 32;

    public required string Topic { get; init; }

    /// <summary>Empty where the broker knows no ids.</summary>
    public required Guid TopicId { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required bool HasAppendTime { get; init; }

    /// <summary>How many headers it had there: the first ones of a copy. What comes after them is ours.</summary>
    public required int Headers { get; init; }

    public RecordPosition Position => new(Topic, Partition, Offset);

    /// <summary>A record that is where it was first.</summary>
    public static RecordOrigin Of(Record record) => new()
    {
        Topic = record.Topic,
        TopicId = record.TopicId,
        Partition = record.Partition,
        Offset = record.Offset,
        Timestamp = record.Timestamp,
        HasAppendTime = record.HasAppendTime,
        Headers = record.Headers.Count,
    };

    /// <summary>
    /// The origin of a copy, by the headers that we wrote behind its own. Anybody can write headers: topic and partition must be those that the copy can only be of, and numbers are
    /// read only as far as they are plausible. <see langword="null"/> when they are not: then nobody but a stranger wrote the record.
    /// </summary>
    public static RecordOrigin? OfCopy(Record copy, string topic)
    {
        var headers = copy.Headers;
        var own = headers.Count - 1;
        while (own >= 0 && headers[own].Name != DeadLetterHeaders.Topic)
        {
            own--;
        }

        if (own < 0 || TextOf(headers, DeadLetterHeaders.Topic, own, topic.Length) != topic
            || NumberOf(headers, DeadLetterHeaders.Partition, own) != copy.Partition
            || NumberOf(headers, DeadLetterHeaders.Offset, own) is not { } offset)
        {
            return null;
        }

        return new()
        {
            Topic = topic,
            TopicId = Guid.TryParseExact(TextOf(headers, DeadLetterHeaders.TopicId, own, IdLength), "N", out var id) ? id : Guid.Empty,
            Partition = copy.Partition,
            Offset = offset,
            Timestamp = TimeOf(headers, DeadLetterHeaders.Timestamp, own) ?? copy.Timestamp,
            HasAppendTime = TextOf(headers, DeadLetterHeaders.CommonTimestampType, own, DeadLetterHeaders.AppendTime.Length) == DeadLetterHeaders.AppendTime,
            Headers = own,
        };
    }

    /// <summary>A number that one of our headers says, from zero on; <see langword="null"/> when it says none.</summary>
    public static long? NumberOf(RecordHeaders headers, string name, int from) =>
        long.TryParse(TextOf(headers, name, from, LongestNumber), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A time that one of our headers says; <see langword="null"/> when it says none.</summary>
    public static DateTimeOffset? TimeOf(RecordHeaders headers, string name, int from) => DateTimeOffset.TryParseExact(
        TextOf(headers, name, from, DeadLetterHeaders.TimeFormat.Length),
        DeadLetterHeaders.TimeFormat,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out var time) ? time : null;

    /// <summary>What one of our headers says; <see langword="null"/> when it is longer than it can be.</summary>
    /// <param name="headers">All headers.</param>
    /// <param name="name">Whose text.</param>
    /// <param name="from">The first of our headers: what stands before them is the application's.</param>
    /// <param name="longest">Bytes that it may have.</param>
    public static string? TextOf(RecordHeaders headers, string name, int from, int longest)
    {
        for (var i = headers.Count - 1; i >= from; i--)
        {
            if (headers[i].Name == name)
            {
                return headers[i].Value.Length <= longest ? headers[i].Text : null;
            }
        }

        return null;
    }
}
