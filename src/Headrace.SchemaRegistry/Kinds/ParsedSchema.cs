namespace Headrace.Kinds;

/// <summary>A schema that was read, of whatever kind: what the registry for development and the formats do with all of them alike.</summary>
internal abstract class ParsedSchema
{
    /// <summary>AVRO, PROTOBUF or JSON.</summary>
    public abstract string Type { get; }

    /// <summary>The schema as a registry takes it.</summary>
    public abstract string Text { get; }

    /// <summary>What it is called where people read it.</summary>
    public abstract string Label { get; }

    /// <summary>The full name of the record that it describes; <see langword="null"/> when it has none.</summary>
    public abstract string? Name { get; }

    /// <summary>The same text for schemas that are the same.</summary>
    public abstract string Canonical { get; }

    /// <summary>The schemas that it uses and that are registered on their own, by the names that it calls them.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, ParsedSchema>> Uses => [];

    /// <summary>What this schema, as the reader's, could not read of everything that a writer may write.</summary>
    public abstract IReadOnlyList<SchemaFault> Unreadable(ParsedSchema writer);

    /// <summary>What breaks somebody while this schema, the next, and the one before it are both in use; each finding says what to do.</summary>
    public abstract IReadOnlyList<SchemaFault> Lint(ParsedSchema before);
}
