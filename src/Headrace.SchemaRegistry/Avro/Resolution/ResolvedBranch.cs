namespace Headrace.Avro;

/// <summary>A value that becomes one of the types of a reader's union.</summary>
/// <param name="union">The reader's union.</param>
/// <param name="index">The branch.</param>
/// <param name="value">How it is read.</param>
internal sealed class ResolvedBranch(AvroSchema union, int index, Resolved value) : Resolved
{
    public AvroSchema Union => union;

    public int Index => index;

    public Resolved Value => value;
}
