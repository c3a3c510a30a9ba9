namespace Headrace.Avro;

/// <summary>Reads values whose schema is known only at run time, by walking a resolution.</summary>
internal static class GenericReader
{
    public static object? Read(ref AvroReader bytes, Resolved resolved) => resolved switch
    {
        ResolvedValue value => ReadValue(ref bytes, value),
        ResolvedEnum symbols => new AvroSymbol(symbols.Reader.Name!, symbols.Reader.Symbols[symbols.Read(ref bytes)]),
        ResolvedFault fault => throw fault.Exception(),
        _ => ReadNested(ref bytes, resolved),
    };

    private static object? ReadNested(ref AvroReader bytes, Resolved resolved)
    {
        bytes.Enter();
        var value = resolved switch
        {
            ResolvedRecord record => ReadRecord(ref bytes, record),
            ResolvedUnion union => Read(ref bytes, union.Branches[bytes.ReadIndex(union.Branches.Length)]),
            ResolvedBranch branch => Read(ref bytes, branch.Value),
            ResolvedBlocks { Reader.Kind: AvroKind.Array } blocks => ReadArray(ref bytes, blocks),
            _ => ReadMap(ref bytes, (ResolvedBlocks)resolved),
        };
        bytes.Leave();
        return value;
    }

    private static AvroRecord ReadRecord(ref AvroReader bytes, ResolvedRecord resolved)
    {
        var record = new AvroRecord(resolved.Reader, new object?[resolved.Reader.Fields.Count]);
        foreach (var step in resolved.Steps)
        {
            if (step.Value is { } value)
            {
                record.Values[step.Field] = Read(ref bytes, value);
            }
            else
            {
                AvroSkip.Skip(ref bytes, step.Written.Schema);
            }
        }

        foreach (var (field, value) in resolved.Absent)
        {
            var given = new AvroReader(resolved.Reader.Fields[field].DefaultBytes);
            record.Values[field] = Read(ref given, value);
        }

        return record;
    }

    private static List<object?> ReadArray(ref AvroReader bytes, ResolvedBlocks blocks)
    {
        var items = new List<object?>();
        while (bytes.ReadBlock(blocks.MinSize) is > 0 and var count)
        {
            for (var index = 0; index < count; index++)
            {
                items.Add(Read(ref bytes, blocks.Element));
            }
        }

        return items;
    }

    private static Dictionary<string, object?> ReadMap(ref AvroReader bytes, ResolvedBlocks blocks)
    {
        var items = new Dictionary<string, object?>();
        while (bytes.ReadBlock(blocks.MinSize) is > 0 and var count)
        {
            for (var index = 0; index < count; index++)
            {
                items[bytes.ReadString()] = Read(ref bytes, blocks.Element);
            }
        }

        return items;
    }

    private static object? ReadValue(ref AvroReader bytes, ResolvedValue value) => value.Writer.Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Boolean => bytes.ReadBoolean(),
        AvroKind.Int => Promoted(bytes.ReadInt(), value.Reader.Kind),
        AvroKind.Long => Promoted(bytes.ReadLong(), value.Reader.Kind),
        AvroKind.Float => value.Reader.Kind == AvroKind.Float ? bytes.ReadFloat() : (object)(double)bytes.ReadFloat(),
        AvroKind.Double => bytes.ReadDouble(),
        AvroKind.Fixed => new AvroFixed(value.Reader.Name!, bytes.ReadFixed(value.Writer.Size)),
        _ => value.Reader.Kind == AvroKind.String ? bytes.ReadString() : bytes.ReadBytes(),
    };

    private static object Promoted(long number, AvroKind kind) => kind switch
    {
        AvroKind.Int => (object)(int)number,
        AvroKind.Long => number,
        AvroKind.Float => (float)number,
        _ => (double)number,
    };
}
