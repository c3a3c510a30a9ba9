namespace Headrace;

/// <summary>What a subject demands of a new schema, in Confluent's words. A transitive mode holds against every earlier version, the others against the latest.</summary>
public enum SchemaCompatibility
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The new schema reads what the latest wrote: readers change first.</summary>
    Backward,

    /// <summary>The new schema reads what every earlier one wrote.</summary>
    BackwardTransitive,

    /// <summary>The latest schema reads what the new one writes: writers change first.</summary>
    Forward,

    /// <summary>Every earlier schema reads what the new one writes.</summary>
    ForwardTransitive,

    /// <summary>Both ways with the latest.</summary>
    Full,

    /// <summary>Both ways with every earlier one.</summary>
    FullTransitive,
}
