namespace Headrace;

/// <summary>A schema as a registry keeps it.</summary>
/// <param name="Text">The schema's text.</param>
/// <param name="Type">AVRO, PROTOBUF or JSON.</param>
public sealed record RegistrySchema(string Text, string Type = "AVRO")
{
    /// <summary>The schemas that it uses.</summary>
    public IReadOnlyList<SchemaReference> References { get; init; } = [];
}
