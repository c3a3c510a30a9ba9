namespace Headrace;

/// <summary>A schema that a registry knows.</summary>
/// <param name="Id">The id that records carry; the same text has the same id under every subject.</param>
/// <param name="Schema">The schema.</param>
public sealed record RegisteredSchema(int Id, RegistrySchema Schema)
{
    /// <summary>The subject it was asked for by; <see langword="null"/> when it was found by its id.</summary>
    public string? Subject { get; init; }

    /// <summary>The version within that subject; 0 when it was found by its id.</summary>
    public int Version { get; init; }
}
