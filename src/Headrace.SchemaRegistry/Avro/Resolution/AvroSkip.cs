namespace Headrace.Avro;

/// <summary>Reads over a value that the reader has no field for.</summary>
internal static class AvroSkip
{
    public static void Skip(ref AvroReader reader, AvroSchema schema)
    {
        switch (schema.Kind)
        {
            case AvroKind.Null:
                break;
            case AvroKind.Boolean:
                reader.ReadBoolean();
                break;
            case AvroKind.Int or AvroKind.Long:
                reader.ReadLong();
                break;
            case AvroKind.Enum:
                reader.ReadIndex(schema.Symbols.Count);
                break;
            case AvroKind.Float or AvroKind.Double:
                reader.Take(schema.Kind == AvroKind.Float ? 4 : 8);
                break;
            case AvroKind.Bytes or AvroKind.String:
                reader.ReadSpan();
                break;
            case AvroKind.Fixed:
                reader.Take(schema.Size);
                break;
            default:
                SkipNested(ref reader, schema);
                break;
        }
    }

    private static void SkipNested(ref AvroReader reader, AvroSchema schema)
    {
        reader.Enter();
        switch (schema.Kind)
        {
            case AvroKind.Record:
                foreach (var field in schema.Fields)
                {
                    Skip(ref reader, field.Schema);
                }

                break;
            case AvroKind.Union:
                Skip(ref reader, schema.Branches[reader.ReadIndex(schema.Branches.Count)]);
                break;
            default:
                SkipBlocks(ref reader, schema.Element!, keySize: schema.Kind == AvroKind.Map ? 1 : 0);
                break;
        }

        reader.Leave();
    }

    private static void SkipBlocks(ref AvroReader reader, AvroSchema element, int keySize)
    {
        var minSize = AvroSizes.Min(element) + keySize;
        while (reader.SkipBlock(minSize, out var isSkipped) is > 0 and var count)
        {
            for (var index = 0; index < count && !isSkipped; index++)
            {
                if (keySize > 0)
                {
                    reader.ReadSpan();
                }

                Skip(ref reader, element);
            }
        }
    }
}
