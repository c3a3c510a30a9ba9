namespace Headrace.Kinds;

/// <summary>A text is no schema of its kind, or a type and its subject do not go together.</summary>
internal sealed class SchemaException(string message, Exception? inner = null) : Exception(message, inner);
