namespace Headrace;

/// <summary>How messages are Avro.</summary>
public sealed class AvroOptions : SchemaFormatOptions
{
    private readonly Dictionary<Type, AvroSchema> _schemas = [];

    internal IReadOnlyDictionary<Type, AvroSchema> Schemas => _schemas;

    /// <summary>Gives the schema of a type, in place of the one that is derived of it.</summary>
    public AvroOptions UseSchema<T>(AvroSchema schema)
    {
        _schemas[typeof(T)] = schema;
        return this;
    }
}
