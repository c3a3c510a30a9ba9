using System.Buffers.Binary;
using System.Globalization;

namespace Headrace.Failures;

/// <summary>
/// The headers that a dead letter has behind those of its record: ours are UTF-8 text, the others as other tools expect them. <see cref="Topic"/> is always the first of them, so
/// everything before its last occurrence is the record's own.
/// </summary>
internal static class DeadLetterHeaders
{
    public const string Topic = "headrace-origin-topic";
    public const string TopicId = "headrace-origin-topic-id";
    public const string Partition = "headrace-origin-partition";
    public const string Offset = "headrace-origin-offset";
    public const string Timestamp = "headrace-origin-timestamp";
    public const string Group = "headrace-group";
    public const string Handler = "headrace-handler";
    public const string Attempts = "headrace-attempts";
    public const string FirstFailedAt = "headrace-first-failed-at";
    public const string LastFailedAt = "headrace-last-failed-at";

    /// <summary>Retry topics that the record was in, the one it is in included. Only in those.</summary>
    public const string Walked = "headrace-retry-topics";

    /// <summary>When it may be handled again, by the clock of who wrote it. Only in retry topics.</summary>
    public const string DueAt = "headrace-due-at";

    /// <summary>How it stands with the record. Only in parking topics.</summary>
    public const string Parked = "headrace-parked";

    /// <summary>The record says only how it stands with the one that it names. Only in parking topics.</summary>
    public const string ParkedNote = "headrace-parked-note";
    public const string ExceptionType = "headrace-exception-type";
    public const string ExceptionMessage = "headrace-exception-message";
    public const string ExceptionStack = "headrace-exception-stack";

    /// <summary>How the texts of these headers write times.</summary>
    public const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    // Written by Spring Kafka (KafkaHeaders.java) and read by its and other tools to redrive; numbers are big-endian there.
    public const string CommonTopic = "kafka_dlt-original-topic";
    public const string CommonPartition = "kafka_dlt-original-partition";
    public const string CommonOffset = "kafka_dlt-original-offset";
    public const string CommonTimestamp = "kafka_dlt-original-timestamp";
    public const string CommonTimestampType = "kafka_dlt-original-timestamp-type";
    public const string CommonGroup = "kafka_dlt-original-consumer-group";
    public const string CommonException = "kafka_dlt-exception-fqcn";
    public const string CommonCause = "kafka_dlt-exception-cause-fqcn";
    public const string CommonMessage = "kafka_dlt-exception-message";

    // As Kafka's clients for Java write them (TimestampType.java).
    public const string AppendTime = "LogAppendTime";
    public const string CreateTime = "CreateTime";

    private const int MaxName = 500;
    private const int MaxMessage = 4_000;
    private const int MaxStack = 16_000;

    /// <summary>The headers that the record had at its origin, byte for byte and in their order, then ours: the last of a name is the newest.</summary>
    public static RecordHeaders For(Record record, string group, FailureState failure, DeadLetterDetail detail)
    {
        var (headers, origin) = (new RecordHeaders(), failure.History.Origin);
        headers.AddRange(record.Headers.Take(origin.Headers));
        AddOrigin(headers, origin, group);
        if (detail < DeadLetterDetail.OriginOnly)
        {
            AddFailure(headers, origin, failure);
            AddCommon(headers, origin, group, failure);
        }

        if (detail < DeadLetterDetail.WithoutMessage)
        {
            AddMessage(headers, failure);
        }

        if (detail < DeadLetterDetail.WithoutStack && failure.Subject.Policy.DescribeException is null)
        {
            headers.Add(ExceptionStack, Cut(failure.Error.ToString(), MaxStack));
        }

        return headers;
    }

    /// <summary>Adds what a retry topic's record has besides.</summary>
    public static void AddRetry(RecordHeaders headers, int walked, DateTimeOffset dueAt)
    {
        headers.Add(Walked, Number(walked));
        // Its last millisecond counts as a whole one: never early.
        headers.Add(DueAt, Time(dueAt.AddTicks(TimeSpan.TicksPerMillisecond - 1)));
    }

    /// <summary>The headers of a record that waits behind others of its key.</summary>
    public static RecordHeaders ForParked(Record record, string group)
    {
        var (headers, origin) = (new RecordHeaders(), RecordOrigin.Of(record));
        headers.AddRange(record.Headers);
        AddOrigin(headers, origin, group);
        headers.Add(Timestamp, Time(origin.Timestamp));
        headers.Add(CommonTimestampType, origin.HasAppendTime ? AppendTime : CreateTime);
        return headers;
    }

    /// <summary>The headers of a record that says how it stands with a parked one.</summary>
    public static RecordHeaders ForNote(RecordOrigin origin, string group, ParkedNote note)
    {
        var headers = new RecordHeaders();
        AddOrigin(headers, origin, group);
        headers.Add(ParkedNote, "1");
        headers.Add(Parked, note.State.ToString());
        headers.Add(Attempts, Number(note.Attempts));
        AddRetry(headers, note.Walked, note.DueAt);
        if (note.FirstFailedAt is { } failed)
        {
            headers.Add(FirstFailedAt, Time(failed));
        }

        return headers;
    }

    private static void AddMessage(RecordHeaders headers, FailureState failure)
    {
        if (failure.Subject.Policy.TextOf(failure.Error) is { } text)
        {
            var message = Cut(text, MaxMessage);
            headers.Add(ExceptionMessage, message);
            headers.Add(CommonMessage, message);
        }
    }

    private static void AddOrigin(RecordHeaders headers, RecordOrigin origin, string group)
    {
        headers.Add(Topic, origin.Topic);
        headers.Add(Partition, Number(origin.Partition));
        headers.Add(Offset, Number(origin.Offset));
        headers.Add(Group, group);
        if (origin.TopicId != Guid.Empty)
        {
            headers.Add(TopicId, origin.TopicId.ToString("N"));
        }
    }

    private static void AddFailure(RecordHeaders headers, RecordOrigin origin, FailureState failure)
    {
        headers.Add(Timestamp, Time(origin.Timestamp));
        if (failure.Subject.Handler.Length > 0)
        {
            headers.Add(Handler, Cut(failure.Subject.Handler, MaxName));
        }

        headers.Add(Attempts, Number(failure.Attempts));
        headers.Add(FirstFailedAt, Time(failure.FirstFailedAt));
        headers.Add(LastFailedAt, Time(failure.LastFailedAt));
        headers.Add(ExceptionType, NameOf(failure.Error));
    }

    private static void AddCommon(RecordHeaders headers, RecordOrigin origin, string group, FailureState failure)
    {
        headers.Add(CommonTopic, origin.Topic);
        headers.Add(CommonPartition, BigEndian(origin.Partition));
        headers.Add(CommonOffset, BigEndian(origin.Offset));
        headers.Add(CommonTimestamp, BigEndian(origin.Timestamp.ToUnixTimeMilliseconds()));
        headers.Add(CommonTimestampType, origin.HasAppendTime ? AppendTime : CreateTime);
        headers.Add(CommonGroup, group);
        headers.Add(CommonException, NameOf(failure.Error));
        if (failure.Error.InnerException is { } cause)
        {
            headers.Add(CommonCause, NameOf(cause));
        }
    }

    private static string NameOf(Exception error) => Cut(error.GetType().FullName ?? error.GetType().Name, MaxName);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] BigEndian(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";
}
