using System.Text.Json;

namespace Headrace.Avro;

/// <summary>A field of a record.</summary>
/// <param name="Name">The name.</param>
/// <param name="Schema">What its values are.</param>
/// <param name="Default">What readers take when the writer did not have the field; <see langword="null"/> when there is none.</param>
/// <param name="Aliases">Names that the field had before.</param>
internal sealed record AvroField(string Name, AvroSchema Schema, JsonElement? Default, IReadOnlyList<string> Aliases)
{
    /// <summary>The default as Avro bytes of the field's own schema; <see langword="null"/> when there is none.</summary>
    public byte[]? DefaultBytes { get; init; }
}
