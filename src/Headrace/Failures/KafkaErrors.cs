namespace Headrace.Failures;

/// <summary>What Kafka's error codes mean for a record that could not be produced.</summary>
internal static class KafkaErrors
{
    // Of the protocol (https://kafka.apache.org/protocol#protocol_error_codes) and, negative, of librdkafka (rdkafka.h).
    private static readonly HashSet<int> TooLarge = [4, 10, 18];

    private static readonly HashSet<int> Refused =
    [
        2, // corrupt message
        32, // invalid timestamp
        43, // unsupported for message format
        44, // policy violation
        87, // invalid record
        -199, // bad message
        -190, // unknown partition
        -186, // invalid argument
    ];

    /// <summary>Whether the record, as it is, does not fit.</summary>
    public static bool IsTooLarge(ProduceException error) => TooLarge.Contains(error.ErrorCode);

    /// <summary>
    /// Whether the failure lies in the cluster and not in the record: Kafka or a schema registry is away, a topic is missing, a right is not given. Every record would fail
    /// so, and dead-lettering them for it would be wrong: they wait.
    /// </summary>
    public static bool IsOutage(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is FormatUnavailableException)
            {
                return true;
            }

            if (cause is ProduceException produce)
            {
                return !IsTooLarge(produce) && !Refused.Contains(produce.ErrorCode);
            }
        }

        return false;
    }
}
