namespace Headrace.Kinds;

/// <summary>A Protobuf schema, of which one message may be meant.</summary>
internal sealed class ParsedProtobuf(ProtobufSchema schema, string? message = null) : ParsedSchema
{
    public const string Kind = "PROTOBUF";

    public ProtobufSchema Schema => schema;

    public override string Type => Kind;

    public override string Text => schema.ToString();

    public override string Label => message ?? (schema.Package.Length > 0 ? $"the package {schema.Package}" : "the file");

    public override string? Name => message ?? schema.MessageAt([0])?.FullName;

    public override string Canonical => schema.ToString();

    public override IReadOnlyList<KeyValuePair<string, ParsedSchema>> Uses =>
        [.. schema.Imports.Select(import => KeyValuePair.Create<string, ParsedSchema>(import.Key, new ParsedProtobuf(import.Value)))];

    public override IReadOnlyList<SchemaFault> Unreadable(ParsedSchema writer) => ProtobufCompatibility.Unreadable(((ParsedProtobuf)writer).Schema, schema);

    public override IReadOnlyList<SchemaFault> Lint(ParsedSchema before) => ProtobufLint.Check(((ParsedProtobuf)before).Schema, schema);

    public static ParsedProtobuf Parse(string text, IReadOnlyList<UsedSchema> used)
    {
        try
        {
            return new(ProtobufSchema.Parse(text, used.Select(other => KeyValuePair.Create(other.Name, other.Schema.Text))));
        }
        catch (ProtobufSchemaException error)
        {
            throw new SchemaException(error.Message, error);
        }
    }
}
