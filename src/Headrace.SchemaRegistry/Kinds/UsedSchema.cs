namespace Headrace.Kinds;

/// <summary>A schema that another uses.</summary>
/// <param name="Name">What the other calls it.</param>
/// <param name="Schema">The schema.</param>
internal sealed record UsedSchema(string Name, RegistrySchema Schema);
