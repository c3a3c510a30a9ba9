namespace Headrace;

/// <summary>A text is no Protobuf schema, or a type and a schema do not go together. The message names the place and what is expected there.</summary>
public sealed class ProtobufSchemaException : Exception
{
    /// <summary>A fault without a place.</summary>
    public ProtobufSchemaException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>A fault at a place of a .proto file.</summary>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public ProtobufSchemaException(int line, int column, string message)
        : base($"line {line}, column {column}: {message}.") => (Line, Column) = (line, column);

    /// <summary>The line, from 1; 0 when it is the whole.</summary>
    public int Line { get; }

    /// <summary>The column, from 1; 0 when it is the whole.</summary>
    public int Column { get; }
}
