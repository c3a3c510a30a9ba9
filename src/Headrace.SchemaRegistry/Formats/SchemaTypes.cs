using System.Collections.Concurrent;

namespace Headrace.Formats;

/// <summary>What the schemas' names of message types are on the wire, so that a record's schema says which handler is meant.</summary>
internal sealed class SchemaTypes
{
    private readonly ConcurrentDictionary<string, string> _wireNames = new();

    /// <summary>Notes a type that is read or written; its simple name and its former ones stand for it too.</summary>
    public void Add(Type type, string? fullName, IEnumerable<string> aliases)
    {
        if (fullName is not null)
        {
            var wire = MessageTypeName.Of(type);
            _wireNames[fullName] = wire;
            _wireNames.TryAdd(Simple(fullName), wire);
            foreach (var alias in aliases)
            {
                _wireNames.TryAdd(alias, wire);
            }
        }
    }

    /// <summary>The type's name on the wire. <see langword="null"/> leaves it to the record's headers: the schema has no name, or one that means nothing here.</summary>
    public string? NameOf(string? fullName, Record record)
    {
        if (fullName is null)
        {
            return null;
        }

        if (_wireNames.TryGetValue(fullName, out var exact))
        {
            return exact;
        }

        var simple = Simple(fullName);
        return _wireNames.TryGetValue(simple, out var alike) ? alike : HasType(record) ? null : simple;
    }

    private static bool HasType(Record record) =>
        record.Headers is { Count: > 0 } headers && (headers.TryGetLast(WireHeaders.Type, out _) || headers.TryGetLast(WireHeaders.CloudEventsType, out _));

    private static string Simple(string fullName) => fullName[(fullName.LastIndexOf('.') + 1)..];
}
