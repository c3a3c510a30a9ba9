namespace Headrace;

/// <summary>A record's bytes are not the message that they should be. Trying again cannot help: the record is dead-lettered at once.</summary>
public sealed class MessageFormatException : Exception
{
    /// <summary>A failure with what the format said.</summary>
    public MessageFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
