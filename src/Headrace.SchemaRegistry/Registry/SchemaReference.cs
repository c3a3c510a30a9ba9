namespace Headrace;

/// <summary>Another schema that a schema uses.</summary>
/// <param name="Name">What the schema calls it: for Avro the full name.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Version">Its version there.</param>
public sealed record SchemaReference(string Name, string Subject, int Version);
