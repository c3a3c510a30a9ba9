namespace Headrace.Development;

/// <summary>One version of a subject.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Id">The schema's id.</param>
/// <param name="Schema">The schema as it was registered.</param>
internal sealed record StoredSchema(string Subject, int Version, int Id, RegistrySchema Schema)
{
    /// <summary>Deleted, but its id stays readable and the version's number is not used again.</summary>
    public bool IsDeleted { get; init; }
}
