using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Reads the messages of a .proto file.</summary>
internal sealed class ProtoMessageParser(ProtoCursor cursor, Func<bool> isProto3)
{
    /// <summary>The highest number that a field may have.</summary>
    public const int MaxNumber = (1 << 29) - 1;

    private readonly ProtoFieldParser _fields = new(cursor, isProto3);

    public DescriptorProto ReadMessage()
    {
        cursor.Take();
        var message = new DescriptorProto { Name = cursor.Name("the message") };
        ReadBody(message);
        return message;
    }

    /// <summary>Reads <c>extend</c>: fields for messages of elsewhere.</summary>
    public void ReadExtensions(IList<FieldDescriptorProto> extensions, IList<DescriptorProto> messages)
    {
        cursor.Take();
        var extended = cursor.FullName("a message");
        cursor.Block(() =>
        {
            var field = ReadField(messages);
            field.Extendee = extended;
            extensions.Add(field);
        });
    }

    private void ReadBody(DescriptorProto message)
    {
        cursor.Block(() => ReadEntry(message));
        // The choices that stand for optional come last: https://github.com/protocolbuffers/protobuf/blob/main/docs/implementing_proto3_presence.md
        foreach (var field in message.Field.Where(field => field.Proto3Optional))
        {
            var name = $"_{field.Name}";
            while (message.Field.Any(other => other.Name == name) || message.OneofDecl.Any(other => other.Name == name))
            {
                name = $"X{name}";
            }

            field.OneofIndex = message.OneofDecl.Count;
            message.OneofDecl.Add(new OneofDescriptorProto { Name = name });
        }
    }

    private void ReadEntry(DescriptorProto message)
    {
        switch (cursor.Current)
        {
            case { Kind: ProtoTokenKind.Name, Text: "message" }:
                message.NestedType.Add(ReadMessage());
                break;
            case { Kind: ProtoTokenKind.Name, Text: "enum" }:
                message.EnumType.Add(ProtoEnumParser.Read(cursor));
                break;
            case { Kind: ProtoTokenKind.Name, Text: "extend" }:
                ReadExtensions(message.Extension, message.NestedType);
                break;
            case { Kind: ProtoTokenKind.Name, Text: "extensions" }:
                cursor.Take();
                ReadExtensionRanges(message);
                break;
            case { Kind: ProtoTokenKind.Name, Text: "reserved" }:
                cursor.Take();
                ProtoEnumParser.ReadReserved(
                    cursor, 1, MaxNumber, message.ReservedName, (first, last) => message.ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = first, End = last + 1 }));
                break;
            case { Kind: ProtoTokenKind.Name, Text: "option" }:
                cursor.Take();
                ProtoOptions.Read(cursor, message.Options ??= new(), message.Options.UninterpretedOption);
                cursor.Expect(";");
                break;
            case { Kind: ProtoTokenKind.Name, Text: "oneof" }:
                ReadChoice(message);
                break;
            default:
                message.Field.Add(ReadField(message.NestedType));
                break;
        }
    }

    private FieldDescriptorProto ReadField(IList<DescriptorProto> nested)
    {
        var (field, entry) = _fields.Read();
        if (field.HasType && field.Type == FieldDescriptorProto.Types.Type.Group)
        {
            var group = new DescriptorProto { Name = field.TypeName };
            ReadBody(group);
            nested.Add(group);
        }
        else
        {
            cursor.Expect(";");
        }

        if (entry is not null)
        {
            nested.Add(entry);
        }

        return field;
    }

    private void ReadChoice(DescriptorProto message)
    {
        cursor.Take();
        var choice = new OneofDescriptorProto { Name = cursor.Name("the oneof") };
        var (index, count) = (message.OneofDecl.Count, message.Field.Count);
        message.OneofDecl.Add(choice);
        cursor.Block(() =>
        {
            if (cursor.IsAt("option"))
            {
                cursor.Take();
                ProtoOptions.Read(cursor, choice.Options ??= new(), choice.Options.UninterpretedOption);
                cursor.Expect(";");
                return;
            }

            if (cursor.Current.Text is "optional" or "required" or "repeated" or "map")
            {
                throw cursor.Fault($"a field of a oneof is not {cursor.Current.Text}");
            }

            var field = ReadField(message.NestedType);
            field.OneofIndex = index;
            message.Field.Add(field);
        });
        if (message.Field.Count == count)
        {
            throw cursor.Fault($"the oneof {choice.Name} has no fields");
        }
    }

    private void ReadExtensionRanges(DescriptorProto message)
    {
        var first = message.ExtensionRange.Count;
        do
        {
            var range = ProtoEnumParser.ReadRange(cursor, 1, MaxNumber);
            message.ExtensionRange.Add(new DescriptorProto.Types.ExtensionRange { Start = range.First, End = range.Last + 1 });
        }
        while (cursor.TryTake(","));
        ProtoOptions.ReadList(cursor, () =>
        {
            var options = message.ExtensionRange[first].Options ??= new();
            ProtoOptions.Read(cursor, options, options.UninterpretedOption);
        });
        cursor.Expect(";");
    }
}
