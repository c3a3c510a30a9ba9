namespace Headrace.Development;

/// <summary>One line of the journal: the one part that is not null is what happened.</summary>
internal sealed record RegistryEntry
{
    /// <summary>A version was registered, or replaces the one of the same subject and number.</summary>
    public StoredSchema? Stored { get; init; }

    /// <summary>The subject of which versions are gone for good.</summary>
    public string? Erased { get; init; }

    /// <summary>Which of them; all when it is not said.</summary>
    public int? ErasedVersion { get; init; }

    /// <summary>The subject that a setting is of; empty for the registry's own.</summary>
    public string? Subject { get; init; }

    /// <summary>The subject's compatibility; empty when it has none of its own any more.</summary>
    public string? Compatibility { get; init; }

    /// <summary>The subject's mode; empty when it has none of its own any more.</summary>
    public string? Mode { get; init; }
}
