using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>A schema with an address of its own, within or without another.</summary>
internal sealed class SchemaResource(string uri, JsonNode root, JsonDialect dialect)
{
    public string Uri => uri;

    public JsonNode Root => root;

    public JsonDialect Dialect => dialect;

    /// <summary>Its parts that have a name ($anchor, and $dynamicAnchor).</summary>
    public Dictionary<string, JsonNode> Anchors { get; } = [];

    /// <summary>The names among them that are dynamic.</summary>
    public HashSet<string> DynamicAnchors { get; } = [];

    /// <summary>The dynamic ones, compiled. Complete before anything is validated.</summary>
    public Dictionary<string, CompiledSchema> Dynamic { get; } = [];
}
