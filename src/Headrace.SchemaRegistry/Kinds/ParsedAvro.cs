namespace Headrace.Kinds;

/// <summary>An Avro schema.</summary>
internal sealed class ParsedAvro(AvroSchema schema) : ParsedSchema
{
    public const string Kind = "AVRO";

    public AvroSchema Schema => schema;

    public override string Type => Kind;

    public override string Text => schema.ToString();

    public override string Label => schema.Label;

    public override string? Name => schema.Name;

    public override string Canonical => schema.ToString();

    public override IReadOnlyList<SchemaFault> Unreadable(ParsedSchema writer) => AvroCompatibility.Unreadable(((ParsedAvro)writer).Schema, schema);

    public override IReadOnlyList<SchemaFault> Lint(ParsedSchema before) => AvroLint.Check(((ParsedAvro)before).Schema, schema);

    /// <param name="text">The schema.</param>
    /// <param name="used">What it uses, those first that others use.</param>
    public static ParsedAvro Parse(string text, IReadOnlyList<UsedSchema> used)
    {
        try
        {
            var known = new List<AvroSchema>();
            foreach (var other in used)
            {
                known.Add(AvroSchema.Parse(other.Schema.Text, known));
            }

            return new(AvroSchema.Parse(text, known));
        }
        catch (AvroSchemaException error)
        {
            throw new SchemaException(error.Message, error);
        }
    }
}
