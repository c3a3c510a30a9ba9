using Headrace.Avro;

namespace Headrace;

/// <summary>
/// A record whose schema is known only at run time. Values are what Avro has: <see langword="null"/>, <see cref="bool"/>, <see cref="int"/>,
/// <see cref="long"/>, <see cref="float"/>, <see cref="double"/>, <see cref="string"/>, <c>byte[]</c>, <see cref="AvroSymbol"/>, <see cref="AvroFixed"/>,
/// lists of <see cref="object"/>, dictionaries from <see cref="string"/> to <see cref="object"/>, and records. A logical type's value is what lies underneath.
/// </summary>
public sealed class AvroRecord
{
    private readonly object?[] _values;

    /// <summary>A record without values yet.</summary>
    /// <param name="schema">A record's schema.</param>
    /// <exception cref="ArgumentException">The schema is no record's.</exception>
    public AvroRecord(AvroSchema schema)
        : this(schema, new object?[schema.Fields.Count])
    {
        if (schema.Kind != AvroKind.Record)
        {
            throw new ArgumentException($"{schema.Label} is no record, so it has no fields. Pass the schema of a record.", nameof(schema));
        }
    }

    internal AvroRecord(AvroSchema schema, object?[] values) => (Schema, _values) = (schema, values);

    /// <summary>What the record is.</summary>
    public AvroSchema Schema { get; }

    /// <summary>The names of its fields, in the schema's order.</summary>
    public IEnumerable<string> FieldNames => Schema.Fields.Select(member => member.Name);

    internal object?[] Values => _values;

    /// <summary>A field's value.</summary>
    /// <exception cref="KeyNotFoundException">The schema has no such field.</exception>
    public object? this[string name]
    {
        get => _values[IndexOf(name)];
        set => _values[IndexOf(name)] = value;
    }

    /// <summary>The record as JSON: for people. Bytes are Base64, and a union's value does not say its type.</summary>
    public override string ToString() => AvroJson.Of(this);

    private int IndexOf(string name)
    {
        for (var index = 0; index < Schema.Fields.Count; index++)
        {
            if (Schema.Fields[index].Name == name)
            {
                return index;
            }
        }

        throw new KeyNotFoundException($"{Schema.Label} has no field '{name}'. It has {string.Join(", ", FieldNames)}.");
    }
}
