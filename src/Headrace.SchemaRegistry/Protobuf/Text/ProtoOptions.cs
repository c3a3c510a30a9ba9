using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>
/// Options of files, messages, fields and so on. Those that descriptor.proto names are set; the custom ones of a team, in parentheses, are kept as they stand: nothing that is read or
/// written depends on them.
/// </summary>
internal static class ProtoOptions
{
    /// <summary>Reads <c>name = value</c>.</summary>
    public static void Read<T>(ProtoCursor cursor, T options, IList<UninterpretedOption> others)
        where T : IMessage
    {
        var place = cursor.Current;
        var parts = new List<UninterpretedOption.Types.NamePart> { Part(cursor) };
        while (cursor.TryTake("."))
        {
            parts.Add(Part(cursor));
        }

        cursor.Expect("=");
        if (parts is [{ IsExtension: false, NamePart_: var name }] && options.Descriptor.FindFieldByName(name) is { IsRepeated: false } field && field.FieldType != FieldType.Message)
        {
            field.Accessor.SetValue(options, Value(cursor, field));
        }
        else if (!parts.Exists(static part => part.IsExtension) && parts[0].NamePart_ != "features")
        {
            throw new ProtobufSchemaException(place.Line, place.Column, $"'{string.Join('.', parts.Select(part => part.NamePart_))}' is no option here");
        }
        else
        {
            others.Add(Uninterpreted(cursor, parts));
        }
    }

    /// <summary>Reads <c>[name = value, …]</c> where it stands.</summary>
    public static void ReadList(ProtoCursor cursor, Action readOne)
    {
        if (!cursor.TryTake("["))
        {
            return;
        }

        do
        {
            readOne();
        }
        while (cursor.TryTake(","));
        cursor.Expect("]");
    }

    /// <summary>A constant as .proto files write it: a name, a number, a string.</summary>
    public static string Constant(ProtoCursor cursor, bool isText)
    {
        if (isText)
        {
            return cursor.String("a value");
        }

        var sign = cursor.TryTake("-") ? "-" : "";
        return cursor.Current.Kind is ProtoTokenKind.Integer or ProtoTokenKind.Real or ProtoTokenKind.Name
            ? sign + cursor.Take().Text
            : throw cursor.Fault($"a value is expected, not {cursor.Current}");
    }

    private static UninterpretedOption.Types.NamePart Part(ProtoCursor cursor)
    {
        if (!cursor.TryTake("("))
        {
            return new() { NamePart_ = cursor.Name("an option"), IsExtension = false };
        }

        var name = cursor.FullName("an option");
        cursor.Expect(")");
        return new() { NamePart_ = name, IsExtension = true };
    }

    private static object Value(ProtoCursor cursor, FieldDescriptor field)
    {
        var place = cursor.Current;
        var text = Constant(cursor, field.FieldType == FieldType.String);
        return field.FieldType switch
        {
            FieldType.String => text,
            FieldType.Bool when text is "true" or "false" => text == "true",
            FieldType.Enum when field.EnumType.FindValueByName(text) is { } value => Enum.ToObject(field.EnumType.ClrType, value.Number),
            _ => throw new ProtobufSchemaException(place.Line, place.Column, $"'{text}' is no value of the option '{field.Name}'"),
        };
    }

    private static UninterpretedOption Uninterpreted(ProtoCursor cursor, List<UninterpretedOption.Types.NamePart> parts)
    {
        var option = new UninterpretedOption { Name = { parts } };
        if (cursor.IsAt("{"))
        {
            option.AggregateValue = Aggregate(cursor);
        }
        else if (cursor.Current.Kind == ProtoTokenKind.String)
        {
            option.StringValue = ByteString.CopyFromUtf8(cursor.String("a value"));
        }
        else
        {
            var text = Constant(cursor, isText: false);
            if (ProtoCursor.TryInteger(text, out var whole))
            {
                option.PositiveIntValue = whole;
            }
            else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var negative))
            {
                option.NegativeIntValue = negative;
            }
            else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && text[^1] is >= '0' and <= '9' or '.')
            {
                option.DoubleValue = real;
            }
            else
            {
                option.IdentifierValue = text;
            }
        }

        return option;
    }

    // The text format inside braces: only where it ends matters here.
    private static string Aggregate(ProtoCursor cursor)
    {
        var words = new List<string>();
        var depth = 0;
        do
        {
            var word = cursor.Take();
            depth += word switch { { Kind: ProtoTokenKind.Symbol, Text: "{" } => 1, { Kind: ProtoTokenKind.Symbol, Text: "}" } => -1, _ => 0 };
            words.Add(word.Kind switch
            {
                ProtoTokenKind.End => throw cursor.Fault("a value in braces does not end: '}' is expected"),
                ProtoTokenKind.String => ProtoQuotes.Quote(word.Text),
                _ => word.Text,
            });
        }
        while (depth > 0);
        return string.Join(' ', words.Skip(1).SkipLast(1));
    }
}
