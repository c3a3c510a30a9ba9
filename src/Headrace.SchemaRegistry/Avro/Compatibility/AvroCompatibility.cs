using Headrace.Avro;

namespace Headrace;

/// <summary>Judges a new version of an Avro schema against the earlier ones.</summary>
public static class AvroCompatibility
{
    /// <summary>What a mode finds wrong; empty when the new version is compatible.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="next">The new version.</param>
    /// <param name="earlier">The versions before it, the oldest first.</param>
    public static IReadOnlyList<SchemaFault> Check(SchemaCompatibility mode, AvroSchema next, IReadOnlyList<AvroSchema> earlier)
    {
        var isTransitive = mode is SchemaCompatibility.BackwardTransitive or SchemaCompatibility.ForwardTransitive or SchemaCompatibility.FullTransitive;
        var faults = new List<SchemaFault>();
        foreach (var before in isTransitive ? earlier : earlier.TakeLast(1))
        {
            if (mode is SchemaCompatibility.Backward or SchemaCompatibility.BackwardTransitive or SchemaCompatibility.Full or SchemaCompatibility.FullTransitive)
            {
                faults.AddRange(Unreadable(before, next));
            }

            if (mode is SchemaCompatibility.Forward or SchemaCompatibility.ForwardTransitive or SchemaCompatibility.Full or SchemaCompatibility.FullTransitive)
            {
                faults.AddRange(Unreadable(next, before));
            }
        }

        return faults;
    }

    /// <summary>What a reader could not read of everything that a writer may write; empty when it can read it all.</summary>
    public static IReadOnlyList<SchemaFault> Unreadable(AvroSchema writer, AvroSchema reader) => ResolvedFaults.Of(AvroResolver.Resolve(writer, reader));
}
