using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Writes a schema in its text form, the same text for schemas that are the same; comments and the values of custom options that were compiled are not in a descriptor.</summary>
internal sealed class ProtoWriter
{
    private readonly StringBuilder _text = new();
    private readonly FileDescriptor _file;
    private readonly ProtoNames _names;
    private int _depth;

    private ProtoWriter(FileDescriptor file) => (_file, _names) = (file, new(file));

    public static string Write(FileDescriptor file)
    {
        var writer = new ProtoWriter(file);
        writer.WriteFile(file.ToProto());
        return writer._text.ToString();
    }

    private bool IsProto3 => _file.Syntax == Syntax.Proto3;

    private void WriteFile(FileDescriptorProto proto)
    {
        Line($"syntax = \"{(IsProto3 ? ProtoParser.Proto3 : ProtoParser.Proto2)}\";");
        if (_file.Package.Length > 0)
        {
            Line($"package {_file.Package};");
        }

        foreach (var (index, import) in proto.Dependency.Index())
        {
            Line($"import {(proto.PublicDependency.Contains(index) ? "public " : proto.WeakDependency.Contains(index) ? "weak " : "")}{ProtoQuotes.Quote(import)};");
        }

        WriteOptions(proto.Options, proto.Options?.UninterpretedOption);
        foreach (var (index, message) in _file.MessageTypes.Index().Where(pair => !IsGroup(proto.Extension, pair.Item)))
        {
            WriteMessage(message, proto.MessageType[index]);
        }

        foreach (var type in proto.EnumType)
        {
            WriteEnum(type);
        }

        WriteExtensions(_file.Extensions.UnorderedExtensions, _file.Package);
        foreach (var (service, written) in _file.Services.Zip(proto.Service))
        {
            WriteService(service, written);
        }
    }

    private void WriteMessage(MessageDescriptor message, DescriptorProto proto) => Block($"message {message.Name}", () => WriteBody(message, proto));

    private void WriteBody(MessageDescriptor message, DescriptorProto proto)
    {
        WriteOptions(proto.Options, proto.Options?.UninterpretedOption);
        foreach (var (index, nested) in message.NestedTypes.Index())
        {
            if (proto.NestedType[index].Options is not { MapEntry: true } && !IsGroup(proto.Field.Concat(proto.Extension), nested))
            {
                WriteMessage(nested, proto.NestedType[index]);
            }
        }

        foreach (var type in proto.EnumType)
        {
            WriteEnum(type);
        }

        var written = new HashSet<OneofDescriptor>();
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.RealContainingOneof is not { } choice)
            {
                WriteField(field, message.FullName, LabelOf(field));
            }
            else if (written.Add(choice))
            {
                WriteChoice(choice, proto.OneofDecl[choice.Index]);
            }
        }

        WriteExtensions(message.Extensions.UnorderedExtensions, message.FullName);
        WriteRanges(proto);
    }

    private void WriteChoice(OneofDescriptor choice, OneofDescriptorProto proto) => Block($"oneof {choice.Name}", () =>
    {
        WriteOptions(proto.Options, proto.Options?.UninterpretedOption);
        foreach (var field in choice.Fields)
        {
            WriteField(field, choice.ContainingType.FullName, "");
        }
    });

    private void WriteRanges(DescriptorProto proto)
    {
        foreach (var range in proto.ExtensionRange)
        {
            Line($"extensions {Range(range.Start, range.End - 1, ProtoMessageParser.MaxNumber)};");
        }

        if (proto.ReservedRange.Count > 0)
        {
            Line($"reserved {string.Join(", ", proto.ReservedRange.Select(range => Range(range.Start, range.End - 1, ProtoMessageParser.MaxNumber)))};");
        }

        WriteReservedNames(proto.ReservedName);
    }

    private void WriteField(FieldDescriptor field, string scope, string label)
    {
        var proto = field.ToProto();
        var options = ProtoOptionWriter.Of(proto.Options, proto.Options?.UninterpretedOption);
        if (proto.HasDefaultValue)
        {
            options.Insert(0, $"default = {(field.FieldType is FieldType.String or FieldType.Bytes ? ProtoQuotes.Quote(proto.DefaultValue) : proto.DefaultValue)}");
        }

        if (proto.HasJsonName && proto.JsonName != ProtoOptionWriter.JsonName(field.Name))
        {
            options.Add($"json_name = {ProtoQuotes.Quote(proto.JsonName)}");
        }

        var end = options.Count == 0 ? "" : $" [{string.Join(", ", options)}]";
        if (proto.Type == FieldDescriptorProto.Types.Type.Group)
        {
            Block($"{label}group {field.MessageType.Name} = {field.FieldNumber}{end}", () => WriteBody(field.MessageType, field.MessageType.ToProto()));
            return;
        }

        Line($"{label}{TypeOf(field, scope)} {field.Name} = {field.FieldNumber}{end};");
    }

    private void WriteExtensions(IEnumerable<FieldDescriptor> extensions, string scope)
    {
        foreach (var extended in extensions.GroupBy(extension => extension.ExtendeeType.FullName))
        {
            Block($"extend {_names.Of(extended.Key, scope)}", () =>
            {
                foreach (var extension in extended)
                {
                    WriteField(extension, scope, LabelOf(extension));
                }
            });
        }
    }

    private void WriteEnum(EnumDescriptorProto type) => Block($"enum {type.Name}", () =>
    {
        WriteOptions(type.Options, type.Options?.UninterpretedOption);
        foreach (var value in type.Value)
        {
            var options = ProtoOptionWriter.Of(value.Options, value.Options?.UninterpretedOption);
            Line($"{value.Name} = {value.Number}{(options.Count == 0 ? "" : $" [{string.Join(", ", options)}]")};");
        }

        if (type.ReservedRange.Count > 0)
        {
            Line($"reserved {string.Join(", ", type.ReservedRange.Select(range => Range(range.Start, range.End, int.MaxValue)))};");
        }

        WriteReservedNames(type.ReservedName);
    });

    private void WriteService(ServiceDescriptor service, ServiceDescriptorProto proto) => Block($"service {service.Name}", () =>
    {
        WriteOptions(proto.Options, proto.Options?.UninterpretedOption);
        foreach (var (method, written) in service.Methods.Zip(proto.Method))
        {
            var line = $"rpc {method.Name} ({(method.IsClientStreaming ? "stream " : "")}{_names.Of(method.InputType.FullName, service.FullName)}) "
                + $"returns ({(method.IsServerStreaming ? "stream " : "")}{_names.Of(method.OutputType.FullName, service.FullName)})";
            if (ProtoOptionWriter.Of(written.Options, written.Options?.UninterpretedOption).Count == 0)
            {
                Line($"{line};");
            }
            else
            {
                Block(line, () => WriteOptions(written.Options, written.Options!.UninterpretedOption));
            }
        }
    });

    private void WriteOptions(IMessage? options, IEnumerable<UninterpretedOption>? others)
    {
        foreach (var option in ProtoOptionWriter.Of(options, others))
        {
            Line($"option {option};");
        }
    }

    private void WriteReservedNames(RepeatedField<string> names)
    {
        if (names.Count > 0)
        {
            Line($"reserved {string.Join(", ", names.Select(ProtoQuotes.Quote))};");
        }
    }

    private string TypeOf(FieldDescriptor field, string scope) => field switch
    {
        { IsMap: true } => $"map<{TypeOf(field.MessageType.Fields[1], scope)}, {TypeOf(field.MessageType.Fields[2], scope)}>",
        { FieldType: FieldType.Message } => _names.Of(field.MessageType.FullName, scope),
        { FieldType: FieldType.Enum } => _names.Of(field.EnumType.FullName, scope),
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };

    private string LabelOf(FieldDescriptor field) => field switch
    {
        { IsMap: true } => "",
        { IsRepeated: true } => "repeated ",
        { IsRequired: true } => "required ",
        _ when !IsProto3 || field.ToProto().Proto3Optional => "optional ",
        _ => "",
    };

    private static bool IsGroup(IEnumerable<FieldDescriptorProto> fields, MessageDescriptor message) =>
        fields.Any(field => field.Type == FieldDescriptorProto.Types.Type.Group && field.TypeName.Split('.')[^1] == message.Name);

    private static string Range(int first, int last, int highest) => first == last ? $"{first}" : last == highest ? $"{first} to max" : $"{first} to {last}";

    private void Block(string head, Action body)
    {
        Line($"{head} {{");
        _depth++;
        body();
        _depth--;
        Line("}");
    }

    private void Line(string line) => _text.Append(' ', _depth * 2).Append(line).Append('\n');
}
