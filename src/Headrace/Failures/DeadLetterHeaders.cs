using System.Buffers.Binary;
using System.Globalization;

namespace Headrace.Failures;

/// <summary>The headers that a dead letter has besides those of its record: ours are UTF-8 text, the others as other tools expect them.</summary>
internal static class DeadLetterHeaders
{
    public const string Topic = "headrace-origin-topic";
    public const string Partition = "headrace-origin-partition";
    public const string Offset = "headrace-origin-offset";
    public const string Timestamp = "headrace-origin-timestamp";
    public const string Group = "headrace-group";
    public const string Handler = "headrace-handler";
    public const string Attempts = "headrace-attempts";
    public const string FirstFailedAt = "headrace-first-failed-at";
    public const string LastFailedAt = "headrace-last-failed-at";
    public const string ExceptionType = "headrace-exception-type";
    public const string ExceptionMessage = "headrace-exception-message";
    public const string ExceptionStack = "headrace-exception-stack";

    // Written by Spring Kafka (KafkaHeaders.java) and read by its and other tools to redrive; numbers are big-endian there.
    public const string CommonTopic = "kafka_dlt-original-topic";
    public const string CommonPartition = "kafka_dlt-original-partition";
    public const string CommonOffset = "kafka_dlt-original-offset";
    public const string CommonTimestamp = "kafka_dlt-original-timestamp";
    public const string CommonGroup = "kafka_dlt-original-consumer-group";

    private const int MaxName = 500;
    private const int MaxMessage = 4_000;
    private const int MaxStack = 16_000;

    /// <summary>The record's own headers, byte for byte and in their order, then ours: the last of a name is the newest.</summary>
    public static RecordHeaders For(Record record, string group, FailureState failure, DeadLetterDetail detail)
    {
        var headers = new RecordHeaders();
        headers.AddRange(record.Headers);
        headers.Add(Topic, record.Topic);
        headers.Add(Partition, Number(record.Partition));
        headers.Add(Offset, Number(record.Offset));
        headers.Add(Group, group);
        if (detail < DeadLetterDetail.OriginOnly)
        {
            AddFailure(headers, record, failure);
            AddCommon(headers, record, group);
        }

        if (detail < DeadLetterDetail.WithoutMessage)
        {
            headers.Add(ExceptionMessage, Cut(failure.Error.Message, MaxMessage));
        }

        if (detail < DeadLetterDetail.WithoutStack)
        {
            headers.Add(ExceptionStack, Cut(failure.Error.ToString(), MaxStack));
        }

        return headers;
    }

    private static void AddFailure(RecordHeaders headers, Record record, FailureState failure)
    {
        headers.Add(Timestamp, Time(record.Timestamp));
        if (failure.Subject.Handler.Length > 0)
        {
            headers.Add(Handler, Cut(failure.Subject.Handler, MaxName));
        }

        headers.Add(Attempts, Number(failure.Attempts));
        headers.Add(FirstFailedAt, Time(failure.FirstFailedAt));
        headers.Add(LastFailedAt, Time(failure.LastFailedAt));
        headers.Add(ExceptionType, Cut(failure.Error.GetType().FullName ?? failure.Error.GetType().Name, MaxName));
    }

    private static void AddCommon(RecordHeaders headers, Record record, string group)
    {
        headers.Add(CommonTopic, record.Topic);
        headers.Add(CommonPartition, BigEndian(record.Partition));
        headers.Add(CommonOffset, BigEndian(record.Offset));
        headers.Add(CommonTimestamp, BigEndian(record.Timestamp.ToUnixTimeMilliseconds()));
        headers.Add(CommonGroup, group);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

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
