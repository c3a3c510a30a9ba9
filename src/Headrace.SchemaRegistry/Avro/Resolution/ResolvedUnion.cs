namespace Headrace.Avro;

/// <summary>A writer's union: the bytes say which of its branches follows.</summary>
/// <param name="writer">The union.</param>
/// <param name="branches">How each branch is read.</param>
internal sealed class ResolvedUnion(AvroSchema writer, Resolved[] branches) : Resolved
{
    public AvroSchema Writer => writer;

    public Resolved[] Branches => branches;
}
