namespace Headrace.Avro;

/// <summary>How few bytes a value can have.</summary>
internal static class AvroSizes
{
    public static int Min(AvroSchema schema) => Min(schema, []);

    private static int Min(AvroSchema schema, HashSet<AvroSchema> around) => schema.Kind switch
    {
        AvroKind.Null => 0,
        AvroKind.Float => 4,
        AvroKind.Double => 8,
        AvroKind.Fixed => schema.Size,
        AvroKind.Record => OfRecord(schema, around),
        _ => 1,
    };

    // A record inside itself without a union between has no value at all: 0 is right for it as well.
    private static int OfRecord(AvroSchema record, HashSet<AvroSchema> around)
    {
        if (!around.Add(record))
        {
            return 0;
        }

        long size = 0;
        foreach (var field in record.Fields)
        {
            size += Min(field.Schema, around);
        }

        around.Remove(record);
        return (int)Math.Min(size, int.MaxValue / 2);
    }
}
