namespace Headrace;

/// <summary>A record could not be produced.</summary>
public sealed class ProduceException : Exception
{
    /// <summary>A failure with the Kafka error it came from.</summary>
    public ProduceException(string message, string topic, int errorCode, bool possiblyPersisted, Exception? inner = null)
        : base(message, inner) => (Topic, ErrorCode, PossiblyPersisted) = (topic, errorCode, possiblyPersisted);

    /// <summary>The topic that the record was for.</summary>
    public string Topic { get; }

    /// <summary>Kafka's error code; negative for an error of the client library, by its own numbering.</summary>
    public int ErrorCode { get; }

    /// <summary>Whether the record may be in the log all the same: its reply was lost or came too late. A retry may then store it twice.</summary>
    public bool PossiblyPersisted { get; }
}
