using System.Globalization;
using Headrace.Clients;
using Headrace.Clients.Native;

namespace Headrace.Producing;

/// <summary>Says what happened to a record that could not be produced, why, and what to do.</summary>
internal sealed class ProduceFaults(ClientSettings settings, ConnectionState connection)
{
    private readonly string _timeout = settings.Effective("message.timeout.ms") ?? "?";

    /// <summary>The largest record that the client sends, its key and headers included.</summary>
    public int MaxBytes { get; } = int.Parse(settings.Effective("message.max.bytes")!, CultureInfo.InvariantCulture);

    /// <summary>A record that the library or a broker refused, or that was not acknowledged in time.</summary>
    public ProduceException Of(Delivery delivery, ErrorCode code, string? detail, bool possiblyPersisted)
    {
        var topic = delivery.Topic;
        var message = code switch
        {
            ErrorCode.MessageTimedOut => TimedOut(topic, possiblyPersisted),
            ErrorCode.UnknownTopic or ErrorCode.UnknownTopicOrPartition =>
                $"Topic '{topic}' does not exist, and producers do not create topics. Create it, or correct the name.",
            ErrorCode.UnknownPartition => $"Topic '{topic}' has no such partition. Leave the partition out, or grow the topic.",
            ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => TextOfTooLarge(topic, delivery.Size),
            ErrorCode.TopicAuthorizationFailed =>
                $"This client may not write to topic '{topic}'. Grant its principal the operation Write on the topic.",
            _ => $"A record for topic '{topic}' could not be produced: {new NativeError(code, detail)}. {Outcome(possiblyPersisted)}",
        };
        return new(message, topic, (int)code, possiblyPersisted);
    }

    /// <summary>A record that was unacknowledged when the producer failed for good.</summary>
    public static ProduceException OfFatal(string topic, in NativeError fatal) => new(
        fatal.Code == ErrorCode.ClusterAuthorizationFailed
            ? $"This client may write to no topic, '{topic}' included: {fatal}. Grant its principal the operation Write on the topic, and before Kafka 2.8 IdempotentWrite on the cluster. {Outcome(true)}"
            : $"The producer failed for good before it knew what became of a record for topic '{topic}': {fatal}. A new producer has taken its place. {Outcome(true)}",
        topic,
        (int)fatal.Code,
        possiblyPersisted: true);

    /// <summary>A record that was unacknowledged when the producer was closed.</summary>
    public static ProduceException OfClosed(string topic, bool possiblyPersisted) => new(
        $"The producer was closed before a record for topic '{topic}' was acknowledged. {Outcome(possiblyPersisted)}",
        topic,
        (int)(possiblyPersisted ? ErrorCode.PurgedInFlight : ErrorCode.PurgedFromQueue),
        possiblyPersisted);

    /// <summary>A record whose caller had no more time.</summary>
    public ProduceException OfDeadline(string topic, TimeSpan timeout) => new(
        $"A record for topic '{topic}' was not acknowledged within the {timeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms that its caller gave it (Timeout): {Cause()}. {Outcome(true)}",
        topic,
        (int)ErrorCode.MessageTimedOut,
        possiblyPersisted: true);

    /// <summary>A record that need not be sent to know that it is too large.</summary>
    public ProduceException TooLarge(string topic, int size) => new(TextOfTooLarge(topic, size), topic, (int)ErrorCode.MessageTooLarge, possiblyPersisted: false);

    private static string Outcome(bool possiblyPersisted) => possiblyPersisted
        ? "It may be stored all the same: produce it again only if a second copy does no harm."
        : "It was not stored.";

    private string TimedOut(string topic, bool possiblyPersisted) =>
        $"A record for topic '{topic}' was not acknowledged within {_timeout} ms (message.timeout.ms): {Cause()}. {Outcome(possiblyPersisted)}";

    private string Cause() => connection.IsConnected
        ? "the broker did not answer, or the send queue was full"
        : $"there is no connection to Kafka at {settings.BootstrapServers}" + (connection.LastError is { } error ? $" ({error})" : "");

    private string TextOfTooLarge(string topic, int size) =>
        $"A record of {size.ToString(CultureInfo.InvariantCulture)} bytes (and its headers) is too large for topic '{topic}': this client sends at most {MaxBytes} bytes " +
        "(message.max.bytes), and the topic has a limit of its own (max.message.bytes). Raise the lower of the two, or produce less at once.";
}
