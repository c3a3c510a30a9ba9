using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Which types of fields read each other's bytes (https://protobuf.dev/programming-guides/proto3/#updating).</summary>
internal static class FieldKinds
{
    public static bool AreAlike(FieldDescriptor writer, FieldDescriptor reader) =>
        GroupOf(writer.FieldType) == GroupOf(reader.FieldType) && ProtoLinker.IsGroup(writer) == ProtoLinker.IsGroup(reader);

    /// <summary>Whether single and repeated values have the same bytes: those of numbers may be packed.</summary>
    public static bool IsPackable(FieldType type) => type is not (FieldType.String or FieldType.Bytes or FieldType.Message or FieldType.Group);

    public static string NameOf(FieldDescriptor field) => field switch
    {
        { IsMap: true } => $"map<{NameOf(field.MessageType.Fields[1])}, {NameOf(field.MessageType.Fields[2])}>",
        { FieldType: FieldType.Message or FieldType.Group } => field.MessageType.FullName,
        { FieldType: FieldType.Enum } => field.EnumType.FullName,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };

    private static int GroupOf(FieldType type) => type switch
    {
        FieldType.Int32 or FieldType.UInt32 or FieldType.Int64 or FieldType.UInt64 or FieldType.Bool or FieldType.Enum => 0,
        FieldType.SInt32 or FieldType.SInt64 => 1,
        FieldType.String or FieldType.Bytes => 2,
        FieldType.Fixed32 or FieldType.SFixed32 => 3,
        FieldType.Fixed64 or FieldType.SFixed64 => 4,
        _ => 5 + (int)type,
    };
}
