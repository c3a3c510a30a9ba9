using System.Text;

namespace Headrace;

/// <summary>One header of a record.</summary>
/// <param name="Name">The header's name; names may repeat within a record.</param>
/// <param name="Value">The header's bytes. Kafka's null value reads as empty.</param>
public readonly record struct RecordHeader(string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>Whether the value is Kafka's null, which is not the empty value. A copy of the record keeps it so.</summary>
    public bool IsNull { get; init; }

    /// <summary>The value as UTF-8 text. What comes from the wire is not to be trusted: cap its length before keeping it.</summary>
    public string Text => Encoding.UTF8.GetString(Value.Span);
}
