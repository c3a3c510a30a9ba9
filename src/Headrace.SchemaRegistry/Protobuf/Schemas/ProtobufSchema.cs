using Google.Protobuf;
using Google.Protobuf.Reflection;
using Headrace.Protobuf;

namespace Headrace;

/// <summary>A Protobuf schema: one .proto file, syntax proto2 or proto3, with what it imports. Immutable; safe for many threads.</summary>
public sealed class ProtobufSchema
{
    // What a text is called that nobody imports.
    private const string Unnamed = "<schema>";

    private readonly Lazy<string> _text;

    private ProtobufSchema(FileDescriptor file)
    {
        File = file;
        _text = new(() => ProtoWriter.Write(file));
    }

    internal FileDescriptor File { get; }

    /// <summary>The package; empty when there is none.</summary>
    public string Package => File.Package;

    /// <summary>The files that it imports and that do not come with Protobuf, by the names that it imports them by.</summary>
    internal IEnumerable<KeyValuePair<string, ProtobufSchema>> Imports =>
        File.Dependencies.Where(file => !ProtoLinker.WellKnown.ContainsKey(file.Name)).Select(file => KeyValuePair.Create(file.Name, new ProtobufSchema(file)));

    /// <summary>Reads the text form of a schema.</summary>
    /// <param name="text">The .proto file, or its descriptor in base64, as some clients register it.</param>
    /// <exception cref="ProtobufSchemaException">It is no such schema: the message names the place and what is expected there.</exception>
    public static ProtobufSchema Parse(string text) => Parse(text, []);

    /// <summary>Reads the text form of a schema that imports others.</summary>
    /// <param name="text">The .proto file.</param>
    /// <param name="imports">The .proto files that it imports, and those that they import, by the names that they are imported by. What comes with Protobuf (<c>google/protobuf/…</c>) need not be there.</param>
    /// <exception cref="ProtobufSchemaException">As for <see cref="Parse(string)"/>; an import is missing.</exception>
    public static ProtobufSchema Parse(string text, IEnumerable<KeyValuePair<string, string>> imports) =>
        new(ProtoLinker.Link(Read(text, Unnamed), imports.ToDictionary(import => import.Key, import => Read(import.Value, import.Key))));

    /// <summary>The schema of a generated class: the file that it is declared in.</summary>
    public static ProtobufSchema Of(MessageDescriptor message) => new(message.File);

    /// <summary>The schema as a .proto file, the same text for schemas that are the same, without comments.</summary>
    public override string ToString() => _text.Value;

    /// <summary>A message of the file by its path: the place among the file's, then among those inside it. <see langword="null"/> when there is none.</summary>
    internal MessageDescriptor? MessageAt(ReadOnlySpan<int> path)
    {
        MessageDescriptor? message = null;
        foreach (var index in path)
        {
            message = Declared(message is null ? File.MessageTypes : message.NestedTypes).ElementAtOrDefault(index);
            if (message is null)
            {
                return null;
            }
        }

        return message;
    }

    /// <summary>The path of a message of the file; <see langword="null"/> when the file has none of that name.</summary>
    internal IReadOnlyList<int>? PathOf(string fullName) => PathOf(fullName, File.MessageTypes);

    private static List<int>? PathOf(string fullName, IEnumerable<MessageDescriptor> messages)
    {
        foreach (var (index, message) in Declared(messages).Index())
        {
            if (message.FullName == fullName)
            {
                return [index];
            }

            if (PathOf(fullName, message.NestedTypes) is { } inside)
            {
                inside.Insert(0, index);
                return inside;
            }
        }

        return null;
    }

    // As Confluent's library for Java counts: the messages of a map's entries and of groups do not stand in a file as messages.
    private static IEnumerable<MessageDescriptor> Declared(IEnumerable<MessageDescriptor> messages) => messages.Where(message => message.GetOptions() is not { MapEntry: true } && !IsGroup(message));

    private static bool IsGroup(MessageDescriptor message) =>
        message.ContainingType?.Fields.InDeclarationOrder().Any(field => ProtoLinker.IsGroup(field) && field.MessageType == message) == true;

    private static FileDescriptorProto Read(string text, string name)
    {
        // No .proto file is base64: a statement ends in a semicolon.
        if (!text.AsSpan().Contains(';') && !text.AsSpan().Contains('{') && TryDecode(text) is { } file)
        {
            file.Name = name;
            file.SourceCodeInfo = null;
            return file;
        }

        return ProtoParser.Parse(text, name);
    }

    private static FileDescriptorProto? TryDecode(string text)
    {
        try
        {
            return text.Length == 0 ? null : FileDescriptorProto.Parser.ParseFrom(Convert.FromBase64String(text));
        }
        catch (Exception error) when (error is FormatException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
