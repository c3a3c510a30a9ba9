namespace Headrace;

/// <summary>How messages are Avro.</summary>
public sealed class AvroOptions
{
    private readonly Dictionary<Type, AvroSchema> _schemas = [];

    /// <summary>Which subject a schema belongs to. Default: that of the topic.</summary>
    public SubjectStrategy Subjects { get; set; } = SubjectStrategy.Topic;

    /// <summary>Whether a schema that its subject does not have is registered at startup. Default: in Development only; elsewhere it is a fault.</summary>
    public bool? AutoRegister { get; set; }

    /// <summary>Write with the subject's latest schema in place of the type's own; the type must fit it. Default: no.</summary>
    public bool UseLatest { get; set; }

    /// <summary>Where the id goes in what is written. Default: before the value.</summary>
    public SchemaIdPlace SchemaId { get; set; } = SchemaIdPlace.Value;

    /// <summary>Reads records without a schema id, for a topic that moves from another format to Avro. Default: none, they are dead-lettered.</summary>
    public IMessageFormat? Fallback { get; set; }

    internal IReadOnlyDictionary<Type, AvroSchema> Schemas => _schemas;

    /// <summary>Gives the schema of a type, in place of the one that is derived of it.</summary>
    public AvroOptions UseSchema<T>(AvroSchema schema)
    {
        _schemas[typeof(T)] = schema;
        return this;
    }
}
