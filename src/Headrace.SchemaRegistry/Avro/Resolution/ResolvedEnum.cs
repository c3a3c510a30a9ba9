namespace Headrace.Avro;

/// <summary>An enum's symbol.</summary>
/// <param name="writer">The writer's symbols.</param>
/// <param name="reader">The reader's.</param>
/// <param name="symbols">For each symbol of the writer the index of the reader's; -1 when the reader neither has it nor a default.</param>
internal sealed class ResolvedEnum(AvroSchema writer, AvroSchema reader, int[] symbols) : Resolved
{
    public AvroSchema Writer => writer;

    public AvroSchema Reader => reader;

    public int[] Symbols => symbols;

    /// <summary>Reads the index of the reader's symbol.</summary>
    public int Read(ref AvroReader bytes)
    {
        var index = bytes.ReadIndex(symbols.Length);
        return symbols[index] >= 0 ? symbols[index] : throw bytes.Fault($"the symbol {writer.Symbols[index]} is none of {reader.Label}, which has no default");
    }
}
