using System.Text.Json;

namespace Headrace;

/// <summary>How messages are JSON with a JSON Schema.</summary>
public sealed class JsonSchemaOptions : SchemaFormatOptions
{
    private readonly Dictionary<Type, JsonSchema> _schemas = [];

    /// <summary>How messages become JSON. Default: the web defaults – camel case – with numbers that are numbers, never text.</summary>
    public JsonSerializerOptions Serializer { get; set; } = new(JsonSerializerDefaults.Web) { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict };

    /// <summary>Whether what is produced is held against the schema first. Default: yes.</summary>
    public bool ValidateProduced { get; set; } = true;

    /// <summary>Whether what is consumed is held against the schema that it was written with, and against the type's own. Default: yes.</summary>
    public bool ValidateConsumed { get; set; } = true;

    internal IReadOnlyDictionary<Type, JsonSchema> Schemas => _schemas;

    /// <summary>Gives the schema of a type, in place of the one that is derived of it.</summary>
    public JsonSchemaOptions UseSchema<T>(JsonSchema schema)
    {
        _schemas[typeof(T)] = schema;
        return this;
    }
}
