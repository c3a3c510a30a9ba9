namespace Headrace.Development;

/// <summary>Where a schema of another registry belongs: its id, and its version or the next.</summary>
internal readonly record struct ImportedPlace(int Id, int? Version);
