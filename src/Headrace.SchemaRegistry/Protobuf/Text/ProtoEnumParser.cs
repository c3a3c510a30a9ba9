using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Reads an enum of a .proto file.</summary>
internal static class ProtoEnumParser
{
    public static EnumDescriptorProto Read(ProtoCursor cursor)
    {
        cursor.Take();
        var type = new EnumDescriptorProto { Name = cursor.Name("the enum") };
        cursor.Block(() => ReadEntry(cursor, type));
        return type.Value.Count > 0 ? type : throw cursor.Fault($"the enum {type.Name} has no values");
    }

    /// <summary>Reads what follows <c>reserved</c>, where ranges end with their last number.</summary>
    public static void ReadReserved(ProtoCursor cursor, int lowest, int highest, IList<string> names, Action<int, int> addRange)
    {
        do
        {
            if (cursor.Current.Kind == ProtoTokenKind.String)
            {
                names.Add(cursor.String("a name"));
            }
            else
            {
                var (first, last) = ReadRange(cursor, lowest, highest);
                addRange(first, last);
            }
        }
        while (cursor.TryTake(","));
        cursor.Expect(";");
    }

    public static (int First, int Last) ReadRange(ProtoCursor cursor, int lowest, int highest)
    {
        var first = cursor.Number("a number", lowest, highest);
        return (first, !cursor.TryTake("to") ? first : cursor.TryTake("max") ? highest : cursor.Number("a number", first, highest));
    }

    private static void ReadEntry(ProtoCursor cursor, EnumDescriptorProto type)
    {
        if (cursor.IsAt("option"))
        {
            cursor.Take();
            ProtoOptions.Read(cursor, type.Options ??= new(), type.Options.UninterpretedOption);
            cursor.Expect(";");
        }
        else if (cursor.IsAt("reserved"))
        {
            cursor.Take();
            ReadReserved(cursor, int.MinValue, int.MaxValue, type.ReservedName, (first, last) => type.ReservedRange.Add(new EnumDescriptorProto.Types.EnumReservedRange { Start = first, End = last }));
        }
        else
        {
            var value = new EnumValueDescriptorProto { Name = cursor.Name("a value") };
            cursor.Expect("=");
            value.Number = cursor.Number($"the number of {value.Name}", int.MinValue, int.MaxValue);
            ProtoOptions.ReadList(cursor, () => ProtoOptions.Read(cursor, value.Options ??= new(), value.Options.UninterpretedOption));
            cursor.Expect(";");
            type.Value.Add(value);
        }
    }
}
