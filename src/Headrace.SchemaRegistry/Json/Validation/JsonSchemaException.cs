namespace Headrace;

/// <summary>A JSON Schema breaks a rule of its draft, refers to what is not there, or does not go together with a type. The message names the place.</summary>
public sealed class JsonSchemaException : Exception
{
    /// <summary>A fault without a place.</summary>
    public JsonSchemaException(string message)
        : base(message) => Path = "";

    /// <summary>A fault at a place of a schema.</summary>
    /// <param name="path">The schema's address and a JSON Pointer: <c>#/properties/total</c>.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public JsonSchemaException(string path, string message)
        : base($"{path}: {message}") => Path = path;

    /// <summary>The place; empty when it is the whole.</summary>
    public string Path { get; }
}
