namespace Headrace.Avro;

/// <summary>An array's items or a map's values.</summary>
/// <param name="reader">The reader's array or map.</param>
/// <param name="element">How each is read.</param>
/// <param name="minSize">The bytes that each has at least, a map's key included.</param>
internal sealed class ResolvedBlocks(AvroSchema reader, Resolved element, int minSize) : Resolved
{
    public AvroSchema Reader => reader;

    public Resolved Element => element;

    public int MinSize => minSize;
}
