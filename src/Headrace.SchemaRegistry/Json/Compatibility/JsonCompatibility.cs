using Headrace.Compatibility;
using Headrace.Json;

namespace Headrace;

/// <summary>
/// Judges a new version of a JSON Schema against the earlier ones: whether every value that one allows is allowed by the other. What cannot be decided – a
/// changed <c>not</c>, <c>if</c> or pattern – counts as a fault.
/// </summary>
public static class JsonCompatibility
{
    /// <summary>What a mode finds wrong; empty when the new version is compatible.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="next">The new version.</param>
    /// <param name="earlier">The versions before it, the oldest first.</param>
    public static IReadOnlyList<SchemaFault> Check(SchemaCompatibility mode, JsonSchema next, IReadOnlyList<JsonSchema> earlier) => SchemaModes.Check(mode, next, earlier, Unreadable);

    /// <summary>What a reader's schema refuses of everything that a writer's allows; empty when it refuses nothing.</summary>
    public static IReadOnlyList<SchemaFault> Unreadable(JsonSchema writer, JsonSchema reader) => new JsonContainment(writer, reader).Check();
}
