namespace Headrace.Avro;

/// <summary>Resolves a writer's schema against a reader's, rule by rule of the specification's "Schema Resolution".</summary>
internal sealed class AvroResolver
{
    private readonly Dictionary<(AvroSchema Writer, AvroSchema Reader), ResolvedRecord> _records = [];

    public static Resolved Resolve(AvroSchema writer, AvroSchema reader) => new AvroResolver().Of(writer, reader);

    private Resolved Of(AvroSchema writer, AvroSchema reader)
    {
        if (writer.Kind == AvroKind.Union)
        {
            return new ResolvedUnion(writer, [.. writer.Branches.Select(branch => Of(branch, reader))]);
        }

        if (reader.Kind == AvroKind.Union)
        {
            return IntoUnion(writer, reader);
        }

        return (writer.Kind, reader.Kind) switch
        {
            (AvroKind.Record, AvroKind.Record) => HaveOneName(writer, reader) ? Record(writer, reader) : Renamed(writer, reader),
            (AvroKind.Enum, AvroKind.Enum) => HaveOneName(writer, reader) ? Enumeration(writer, reader) : Renamed(writer, reader),
            (AvroKind.Fixed, AvroKind.Fixed) => Fixed(writer, reader),
            (AvroKind.Array, AvroKind.Array) => Blocks(writer, reader, keySize: 0),
            (AvroKind.Map, AvroKind.Map) => Blocks(writer, reader, keySize: 1),
            _ when writer.Kind <= AvroKind.String && reader.Kind <= AvroKind.String && IsPromoted(writer.Kind, reader.Kind) => Value(writer, reader),
            _ => new ResolvedFault(SchemaRule.TypesMatch, $"{writer.Label} was written, and {reader.Label} is expected"),
        };
    }

    // The first branch that reads everything; else the first that matches, of which some values may be read all the same.
    private Resolved IntoUnion(AvroSchema writer, AvroSchema reader)
    {
        Resolved? matching = null;
        foreach (var (index, branch) in reader.Branches.Index())
        {
            var value = Of(writer, branch);
            if (ResolvedFaults.Of(value, stopAtFirst: true).Count == 0)
            {
                return new ResolvedBranch(reader, index, value);
            }

            matching ??= value is ResolvedFault ? null : new ResolvedBranch(reader, index, value);
        }

        return matching ?? new ResolvedFault(SchemaRule.BranchesKnown, $"{writer.Label} was written, and no branch of {reader.Label} reads it");
    }

    private ResolvedRecord Record(AvroSchema writer, AvroSchema reader)
    {
        if (_records.TryGetValue((writer, reader), out var known))
        {
            return known;
        }

        var record = _records[(writer, reader)] = new(reader);
        var found = new bool[reader.Fields.Count];
        foreach (var written in writer.Fields)
        {
            var index = FieldOf(reader, writer, written.Name);
            var isFirst = index >= 0 && !found[index];
            record.Steps.Add(isFirst ? new(written, index, Of(written.Schema, reader.Fields[index].Schema)) : new(written, -1, null));
            if (isFirst)
            {
                found[index] = true;
            }
        }

        foreach (var (index, field) in reader.Fields.Index().Where(pair => !found[pair.Index]))
        {
            record.Absent.Add(new(index, field.Default is null
                ? new ResolvedFault(SchemaRule.NewFieldHasDefault, $"the reader's field '{field.Name}' of {reader.Label} is not in what was written, and has no default")
                : Of(field.Schema, field.Schema)));
        }

        return record;
    }

    // By its name; else by an alias that is no name of the writer's own fields.
    private static int FieldOf(AvroSchema reader, AvroSchema writer, string name)
    {
        for (var index = 0; index < reader.Fields.Count; index++)
        {
            if (reader.Fields[index].Name == name)
            {
                return index;
            }
        }

        for (var index = 0; index < reader.Fields.Count; index++)
        {
            var field = reader.Fields[index];
            if (field.Aliases.Contains(name) && writer.Fields.All(written => written.Name != field.Name))
            {
                return index;
            }
        }

        return -1;
    }

    private static ResolvedEnum Enumeration(AvroSchema writer, AvroSchema reader)
    {
        var byDefault = reader.DefaultSymbol is { } symbol ? reader.IndexOf(symbol) : -1;
        return new(writer, reader, [.. writer.Symbols.Select(symbol => reader.IndexOf(symbol) is >= 0 and var index ? index : byDefault)]);
    }

    private static Resolved Fixed(AvroSchema writer, AvroSchema reader) =>
        !HaveOneName(writer, reader) ? Renamed(writer, reader)
        : writer.Size != reader.Size ? new ResolvedFault(SchemaRule.SizesMatch, $"{writer.Label} was written with {writer.Size} bytes, and {reader.Size} are expected")
        : Value(writer, reader);

    private ResolvedBlocks Blocks(AvroSchema writer, AvroSchema reader, int keySize) =>
        new(reader, Of(writer.Element!, reader.Element!), AvroSizes.Min(writer.Element!) + keySize);

    private static Resolved Value(AvroSchema writer, AvroSchema reader) =>
        writer.Logical == AvroLogical.Decimal && reader.Logical == AvroLogical.Decimal && (writer.Scale != reader.Scale || writer.Precision > reader.Precision)
            ? new ResolvedFault(
                SchemaRule.DecimalsMatch,
                $"a decimal was written with precision {writer.Precision} and scale {writer.Scale}, and precision {reader.Precision} and scale {reader.Scale} are expected")
            : new ResolvedValue(writer, reader);

    private static ResolvedFault Renamed(AvroSchema writer, AvroSchema reader) =>
        new(SchemaRule.NamesMatch, $"{writer.Label} was written, and {reader.Label} is expected, which has no such alias");

    // Unqualified names count, so that a type may move to another namespace.
    private static bool HaveOneName(AvroSchema writer, AvroSchema reader) =>
        writer.TypeName!.Value.Simple == reader.TypeName!.Value.Simple || reader.Aliases.Contains(writer.Name!);

    private static bool IsPromoted(AvroKind writer, AvroKind reader) => writer == reader || (writer, reader) switch
    {
        (AvroKind.Int, AvroKind.Long or AvroKind.Float or AvroKind.Double) => true,
        (AvroKind.Long, AvroKind.Float or AvroKind.Double) => true,
        (AvroKind.Float, AvroKind.Double) => true,
        (AvroKind.String, AvroKind.Bytes) or (AvroKind.Bytes, AvroKind.String) => true,
        _ => false,
    };
}
