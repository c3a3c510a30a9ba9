namespace Headrace;

/// <summary>A schema breaks a rule of Avro, or a type and a schema do not go together. The message names the place and the rule.</summary>
public sealed class AvroSchemaException : Exception
{
    /// <summary>A fault without a place.</summary>
    public AvroSchemaException(string message)
        : base(message) => Path = "";

    /// <summary>A fault at a place of a schema.</summary>
    /// <param name="path">The place, for example <c>$.fields[2].type</c> or <c>OrderPlaced.total</c>.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public AvroSchemaException(string path, string message)
        : base($"{path}: {message}") => Path = path;

    /// <summary>The place; empty when it is the whole.</summary>
    public string Path { get; }
}
