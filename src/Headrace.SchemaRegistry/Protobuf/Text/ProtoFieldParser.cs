using System.Globalization;
using Google.Protobuf.Reflection;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;
using Type = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Headrace.Protobuf;

/// <summary>Reads one field of a message, up to its semicolon or, of a group, its braces.</summary>
internal sealed class ProtoFieldParser(ProtoCursor cursor, Func<bool> isProto3)
{
    private const int FirstInternal = 19_000;
    private const int LastInternal = 19_999;

    /// <summary>The types that have a word of their own.</summary>
    public static IReadOnlyDictionary<string, Type> Scalars { get; } = new Dictionary<string, Type>
    {
        ["double"] = Type.Double,
        ["float"] = Type.Float,
        ["int64"] = Type.Int64,
        ["uint64"] = Type.Uint64,
        ["int32"] = Type.Int32,
        ["fixed64"] = Type.Fixed64,
        ["fixed32"] = Type.Fixed32,
        ["bool"] = Type.Bool,
        ["string"] = Type.String,
        ["bytes"] = Type.Bytes,
        ["uint32"] = Type.Uint32,
        ["sfixed32"] = Type.Sfixed32,
        ["sfixed64"] = Type.Sfixed64,
        ["sint32"] = Type.Sint32,
        ["sint64"] = Type.Sint64,
    };

    /// <summary>The field, and for a map the message that its entries are.</summary>
    public (FieldDescriptorProto Field, DescriptorProto? Entry) Read()
    {
        var field = new FieldDescriptorProto { Label = Label.Optional };
        ReadLabel(field);
        var entry = cursor.IsAt("map") ? ReadMap(field) : null;
        if (entry is null && cursor.IsAt("group") && !isProto3())
        {
            cursor.Take();
            field.Type = Type.Group;
        }
        else if (entry is null && field.TypeName.Length == 0)
        {
            SetType(field, cursor.FullName("a type"));
        }

        field.Name = cursor.Name("the field");
        if (field.Type == Type.Group)
        {
            (field.TypeName, field.Name) = (field.Name, field.Name.ToLowerInvariant());
        }

        cursor.Expect("=");
        field.Number = cursor.Number($"the number of the field {field.Name}", 1, ProtoMessageParser.MaxNumber);
        if (field.Number is >= FirstInternal and <= LastInternal)
        {
            throw cursor.Fault($"the number of the field {field.Name} is {field.Number}. Numbers from {FirstInternal} to {LastInternal} are Protobuf's own");
        }

        ReadOptions(field);
        if (entry is not null)
        {
            NameEntry(field, entry);
        }

        return (field, entry);
    }

    private void ReadLabel(FieldDescriptorProto field)
    {
        if (cursor.TryTake("repeated"))
        {
            field.Label = Label.Repeated;
        }
        else if (cursor.IsAt("required"))
        {
            field.Label = isProto3() ? throw cursor.Fault("a field of proto3 is not required. Leave the word out") : Label.Required;
            cursor.Take();
        }
        else if (cursor.TryTake("optional") && isProto3())
        {
            field.Proto3Optional = true;
        }
    }

    private DescriptorProto? ReadMap(FieldDescriptorProto field)
    {
        cursor.Take();
        if (!cursor.TryTake("<"))
        {
            // A message may be called map.
            var name = "map";
            while (cursor.TryTake("."))
            {
                name += "." + cursor.Name("a type");
            }

            SetType(field, name);
            return null;
        }

        if (field.Label == Label.Repeated || field.Proto3Optional)
        {
            throw cursor.Fault("a map has no label. Leave the word before it out");
        }

        var key = new FieldDescriptorProto { Name = "key", Number = 1, Label = Label.Optional };
        var word = cursor.Current;
        SetType(key, cursor.FullName("a type"));
        if (key.Type is Type.Message or Type.Double or Type.Float or Type.Bytes)
        {
            throw new ProtobufSchemaException(word.Line, word.Column, $"the key of a map is {word.Text}. It has to be a whole number, a bool or a string");
        }

        cursor.Expect(",");
        var value = new FieldDescriptorProto { Name = "value", Number = 2, Label = Label.Optional };
        SetType(value, cursor.FullName("a type"));
        cursor.Expect(">");
        return new() { Field = { key, value }, Options = new() { MapEntry = true } };
    }

    // As protoc calls it: unit_prices becomes UnitPricesEntry.
    private static void NameEntry(FieldDescriptorProto field, DescriptorProto entry)
    {
        entry.Name = string.Concat(field.Name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(part => char.ToUpperInvariant(part[0]) + part[1..])) + "Entry";
        (field.Label, field.Type, field.TypeName) = (Label.Repeated, Type.Message, entry.Name);
    }

    private static void SetType(FieldDescriptorProto field, string name)
    {
        if (Scalars.TryGetValue(name, out var type))
        {
            field.Type = type;
        }
        else
        {
            // That it is an enum or a message is only seen when names are looked up.
            (field.TypeName, field.Type) = (name, Type.Message);
        }
    }

    private string ReadDefault(Type type)
    {
        var text = ProtoOptions.Constant(cursor, type is Type.String or Type.Bytes);
        return type is Type.Double or Type.Float && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? real.ToString("R", CultureInfo.InvariantCulture)
            : text;
    }

    private void ReadOptions(FieldDescriptorProto field) => ProtoOptions.ReadList(cursor, () =>
    {
        if (cursor.TryTake("default"))
        {
            cursor.Expect("=");
            field.DefaultValue = isProto3() ? throw cursor.Fault("a field of proto3 has no default of its own") : ReadDefault(field.Type);
        }
        else if (cursor.TryTake("json_name"))
        {
            cursor.Expect("=");
            field.JsonName = cursor.String("the name in JSON");
        }
        else
        {
            ProtoOptions.Read(cursor, field.Options ??= new(), field.Options.UninterpretedOption);
        }
    });
}
