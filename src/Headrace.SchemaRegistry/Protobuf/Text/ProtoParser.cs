using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Reads the text form of a schema, syntax proto2 or proto3 (https://protobuf.dev/reference/protobuf/proto3-spec/), as a descriptor. What its names mean is not looked up here.</summary>
internal sealed class ProtoParser
{
    public const string Proto2 = "proto2";
    public const string Proto3 = "proto3";

    private readonly ProtoCursor _cursor;
    private readonly FileDescriptorProto _file;
    private readonly ProtoMessageParser _messages;

    private ProtoParser(string text, string name)
    {
        _cursor = new(text);
        _file = new() { Name = name };
        _messages = new(_cursor, () => _file.Syntax == Proto3);
    }

    /// <exception cref="ProtobufSchemaException">The text is none; the message names the line and the column.</exception>
    public static FileDescriptorProto Parse(string text, string name) => new ProtoParser(text, name).Read();

    private FileDescriptorProto Read()
    {
        ReadSyntax();
        while (_cursor.Current.Kind != ProtoTokenKind.End)
        {
            if (!_cursor.TryTake(";"))
            {
                ReadEntry();
            }
        }

        return _file;
    }

    private void ReadSyntax()
    {
        if (_cursor.IsAt("edition"))
        {
            throw _cursor.Fault("editions are not supported. Write syntax = \"proto3\";");
        }

        if (_cursor.TryTake("syntax"))
        {
            _cursor.Expect("=");
            _file.Syntax = _cursor.String("the syntax");
            _cursor.Expect(";");
        }

        _file.Syntax = _file.Syntax switch
        {
            "" or Proto2 => Proto2,
            Proto3 => Proto3,
            var other => throw _cursor.Fault($"the syntax is \"{other}\". It has to be \"proto3\" or \"proto2\""),
        };
    }

    private void ReadEntry()
    {
        var word = _cursor.Current;
        switch (word)
        {
            case { Kind: ProtoTokenKind.Name, Text: "import" }:
                ReadImport();
                break;
            case { Kind: ProtoTokenKind.Name, Text: "package" } when _file.HasPackage:
                throw _cursor.Fault("the file has two packages");
            case { Kind: ProtoTokenKind.Name, Text: "package" }:
                _cursor.Take();
                _file.Package = _cursor.FullName("the package");
                _cursor.Expect(";");
                break;
            case { Kind: ProtoTokenKind.Name, Text: "option" }:
                _cursor.Take();
                ProtoOptions.Read(_cursor, _file.Options ??= new(), _file.Options.UninterpretedOption);
                _cursor.Expect(";");
                break;
            case { Kind: ProtoTokenKind.Name, Text: "message" }:
                _file.MessageType.Add(_messages.ReadMessage());
                break;
            case { Kind: ProtoTokenKind.Name, Text: "enum" }:
                _file.EnumType.Add(ProtoEnumParser.Read(_cursor));
                break;
            case { Kind: ProtoTokenKind.Name, Text: "extend" }:
                _messages.ReadExtensions(_file.Extension, _file.MessageType);
                break;
            case { Kind: ProtoTokenKind.Name, Text: "service" }:
                _file.Service.Add(ReadService());
                break;
            default:
                throw _cursor.Fault($"message, enum, import, package, option, service or extend is expected, not {word}");
        }
    }

    private void ReadImport()
    {
        _cursor.Take();
        if (_cursor.TryTake("public"))
        {
            _file.PublicDependency.Add(_file.Dependency.Count);
        }
        else if (_cursor.TryTake("weak"))
        {
            _file.WeakDependency.Add(_file.Dependency.Count);
        }

        _file.Dependency.Add(_cursor.String("the imported file"));
        _cursor.Expect(";");
    }

    private ServiceDescriptorProto ReadService()
    {
        _cursor.Take();
        var service = new ServiceDescriptorProto { Name = _cursor.Name("the service") };
        _cursor.Block(() =>
        {
            if (_cursor.TryTake("option"))
            {
                ProtoOptions.Read(_cursor, service.Options ??= new(), service.Options.UninterpretedOption);
                _cursor.Expect(";");
            }
            else
            {
                service.Method.Add(ReadMethod());
            }
        });
        return service;
    }

    private MethodDescriptorProto ReadMethod()
    {
        _cursor.Expect("rpc");
        var method = new MethodDescriptorProto { Name = _cursor.Name("the method") };
        (method.InputType, var streamsIn) = ReadMethodType();
        _cursor.Expect("returns");
        (method.OutputType, var streamsOut) = ReadMethodType();
        if (streamsIn)
        {
            method.ClientStreaming = true;
        }

        if (streamsOut)
        {
            method.ServerStreaming = true;
        }

        if (!_cursor.IsAt("{"))
        {
            _cursor.Expect(";");
            return method;
        }

        _cursor.Block(() =>
        {
            _cursor.Expect("option");
            ProtoOptions.Read(_cursor, method.Options ??= new(), method.Options.UninterpretedOption);
            _cursor.Expect(";");
        });
        return method;
    }

    private (string Type, bool Streams) ReadMethodType()
    {
        _cursor.Expect("(");
        var streams = _cursor.TryTake("stream");
        var type = streams && _cursor.IsAt(")") ? "stream" : _cursor.FullName("a message");
        _cursor.Expect(")");
        return (type, streams && type != "stream");
    }
}
