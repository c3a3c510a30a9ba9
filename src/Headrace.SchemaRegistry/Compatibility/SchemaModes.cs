namespace Headrace.Compatibility;

/// <summary>What the modes of a registry mean, whatever kind the schemas are of.</summary>
internal static class SchemaModes
{
    /// <summary>What a mode finds wrong; empty when the new version is compatible.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="next">The new version.</param>
    /// <param name="earlier">The versions before it, the oldest first.</param>
    /// <param name="unreadable">What a reader, the second, could not read of everything that a writer, the first, may write.</param>
    public static IReadOnlyList<SchemaFault> Check<T>(SchemaCompatibility mode, T next, IReadOnlyList<T> earlier, Func<T, T, IReadOnlyList<SchemaFault>> unreadable)
    {
        var isTransitive = mode is SchemaCompatibility.BackwardTransitive or SchemaCompatibility.ForwardTransitive or SchemaCompatibility.FullTransitive;
        var faults = new List<SchemaFault>();
        foreach (var before in isTransitive ? earlier : earlier.TakeLast(1))
        {
            if (mode is SchemaCompatibility.Backward or SchemaCompatibility.BackwardTransitive or SchemaCompatibility.Full or SchemaCompatibility.FullTransitive)
            {
                faults.AddRange(unreadable(before, next));
            }

            if (mode is SchemaCompatibility.Forward or SchemaCompatibility.ForwardTransitive or SchemaCompatibility.Full or SchemaCompatibility.FullTransitive)
            {
                faults.AddRange(unreadable(next, before));
            }
        }

        return faults;
    }
}
