namespace Headrace.Avro;

/// <summary>What cannot be read. It is an error only when bytes get here: another branch of a union may be read all the same.</summary>
/// <param name="rule">The rule that is broken.</param>
/// <param name="message">What does not fit.</param>
internal sealed class ResolvedFault(SchemaRule rule, string message) : Resolved
{
    public SchemaRule Rule => rule;

    public string Message => message;

    public MessageFormatException Exception() => new($"The value cannot be read with the reader's schema: {message}.");
}
