namespace Headrace;

/// <summary>A record does not say its message type, and more than one is mapped; or its type is not mapped and the group takes no unknown types.</summary>
public sealed class MessageTypeException : Exception
{
    /// <summary>A failure that says what the record claimed.</summary>
    public MessageTypeException(string message)
        : base(message)
    {
    }
}
