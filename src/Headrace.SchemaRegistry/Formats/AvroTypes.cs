using System.Collections.Concurrent;

namespace Headrace.Formats;

/// <summary>What Avro's names of message types are on the wire, so that a record's schema says which handler is meant.</summary>
internal sealed class AvroTypes
{
    private readonly ConcurrentDictionary<string, string> _wireNames = new();
    private readonly ConcurrentDictionary<AvroSchema, string> _bySchema = new(ReferenceEqualityComparer.Instance);

    /// <summary>Notes a type that is read; its simple name and its former ones stand for it too.</summary>
    public void Add(Type type, AvroSchema schema)
    {
        if (schema.TypeName is { } name)
        {
            var wire = MessageTypeName.Of(type);
            _wireNames[name.Full] = wire;
            _wireNames.TryAdd(name.Simple, wire);
            foreach (var alias in schema.Aliases)
            {
                _wireNames.TryAdd(alias, wire);
            }
        }
    }

    /// <summary>The type's name on the wire; <see langword="null"/> when the schema has no name, and the headers say it.</summary>
    public string? NameOf(AvroSchema writer)
    {
        if (writer.TypeName is not { } name)
        {
            return null;
        }

        return _bySchema.TryGetValue(writer, out var known) ? known
            : _bySchema[writer] = _wireNames.GetValueOrDefault(name.Full) ?? _wireNames.GetValueOrDefault(name.Simple) ?? name.Simple;
    }
}
