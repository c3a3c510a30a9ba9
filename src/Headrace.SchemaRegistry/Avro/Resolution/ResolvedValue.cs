namespace Headrace.Avro;

/// <summary>A primitive or fixed value, promoted where the two differ.</summary>
/// <param name="writer">What the bytes are.</param>
/// <param name="reader">What they become.</param>
internal sealed class ResolvedValue(AvroSchema writer, AvroSchema reader) : Resolved
{
    public AvroSchema Writer => writer;

    public AvroSchema Reader => reader;

    /// <summary>What the value means. The writer knows its unit; only where it said nothing, the reader's word counts.</summary>
    public AvroSchema Meaning => writer.Logical == AvroLogical.None ? reader : writer;
}
