namespace Headrace;

/// <summary>How the text of a JSON Schema is taken.</summary>
public sealed class JsonSchemaSettings
{
    /// <summary>The draft of a schema that does not say its own (<c>$schema</c>). Default: 2020-12. Registries take such a schema for draft 7.</summary>
    public JsonSchemaDraft Draft { get; set; } = JsonSchemaDraft.Draft202012;

    /// <summary>Whether <c>format</c> is demanded, and not only noted. Default: no, as both drafts say; a metaschema with the vocabulary <c>format-assertion</c> demands it.</summary>
    public bool AssertFormat { get; set; }

    /// <summary>The texts of the schemas that it may refer to, by the name or address that it uses. Nothing is ever fetched. Default: none.</summary>
    public IReadOnlyDictionary<string, string> References { get; set; } = new Dictionary<string, string>();
}
