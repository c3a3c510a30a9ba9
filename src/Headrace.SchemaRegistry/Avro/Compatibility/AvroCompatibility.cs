using Headrace.Avro;
using Headrace.Compatibility;

namespace Headrace;

/// <summary>Judges a new version of an Avro schema against the earlier ones.</summary>
public static class AvroCompatibility
{
    /// <summary>What a mode finds wrong; empty when the new version is compatible.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="next">The new version.</param>
    /// <param name="earlier">The versions before it, the oldest first.</param>
    public static IReadOnlyList<SchemaFault> Check(SchemaCompatibility mode, AvroSchema next, IReadOnlyList<AvroSchema> earlier) =>
        SchemaModes.Check(mode, next, earlier, Unreadable);

    /// <summary>What a reader could not read of everything that a writer may write; empty when it can read it all.</summary>
    public static IReadOnlyList<SchemaFault> Unreadable(AvroSchema writer, AvroSchema reader) => ResolvedFaults.Of(AvroResolver.Resolve(writer, reader));
}
