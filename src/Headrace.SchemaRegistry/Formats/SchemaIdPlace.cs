namespace Headrace;

/// <summary>Where a record carries the id of its schema. Both are read, wherever they are.</summary>
public enum SchemaIdPlace
{
    /// <summary>In five bytes before the value: 0 and the id, the biggest byte first (Confluent's wire format).</summary>
    Value,

    /// <summary>In the header <c>__value_schema_id</c>, in the same five bytes, so that the value is plain Avro.</summary>
    Header,
}
