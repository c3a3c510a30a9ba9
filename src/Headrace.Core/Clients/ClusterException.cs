namespace Headrace;

/// <summary>The cluster refused an administrative request.</summary>
public sealed class ClusterException : Exception
{
    /// <summary>A refusal with the Kafka error it came from.</summary>
    public ClusterException(string message, int errorCode, Exception? inner = null)
        : base(message, inner) => ErrorCode = errorCode;

    /// <summary>Kafka's error code; negative for an error of the client library, by its own numbering.</summary>
    public int ErrorCode { get; }
}
