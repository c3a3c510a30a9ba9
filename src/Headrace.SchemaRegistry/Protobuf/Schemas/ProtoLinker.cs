using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Headrace.Protobuf;

/// <summary>Looks up what the names of a file mean, in it and in what it imports, and checks the rules that a grammar cannot know.</summary>
internal static class ProtoLinker
{
    /// <summary>The files that come with Protobuf, by the names that are imported.</summary>
    public static IReadOnlyDictionary<string, FileDescriptor> WellKnown { get; } = new[]
    {
        AnyReflection.Descriptor, ApiReflection.Descriptor, DurationReflection.Descriptor, EmptyReflection.Descriptor, FieldMaskReflection.Descriptor, SourceContextReflection.Descriptor,
        StructReflection.Descriptor, TimestampReflection.Descriptor, TypeReflection.Descriptor, WrappersReflection.Descriptor, FileDescriptor.DescriptorProtoFileDescriptor,
    }.ToDictionary(file => file.Name);

    /// <param name="file">The file.</param>
    /// <param name="imports">What it imports, and what that imports, by name; what comes with Protobuf need not be there.</param>
    /// <exception cref="ProtobufSchemaException">Something is missing, there twice, or not allowed.</exception>
    public static FileDescriptor Link(FileDescriptorProto file, IReadOnlyDictionary<string, FileDescriptorProto> imports)
    {
        var ordered = new List<FileDescriptorProto>();
        Order(file, imports, ordered, []);
        foreach (var one in ordered.Where(one => !WellKnown.ContainsKey(one.Name)))
        {
            ProtoRules.Check(one);
        }

        try
        {
            return FileDescriptor.BuildFromByteStrings(ordered.Select(one => one.ToByteString()))[^1];
        }
        catch (Exception error) when (error is ArgumentException or DescriptorValidationException or InvalidOperationException or NullReferenceException or InvalidProtocolBufferException)
        {
            throw new ProtobufSchemaException($"The schema does not fit together: {(error.InnerException ?? error).Message}", error);
        }
    }

    /// <summary>Whether a field is a group, which the library takes for a message once its name is looked up.</summary>
    public static bool IsGroup(FieldDescriptor field) => field.ToProto().Type == FieldDescriptorProto.Types.Type.Group;

    // Those first that others import.
    private static void Order(FileDescriptorProto file, IReadOnlyDictionary<string, FileDescriptorProto> imports, List<FileDescriptorProto> ordered, HashSet<string> open)
    {
        if (!open.Add(file.Name))
        {
            throw new ProtobufSchemaException($"'{file.Name}' imports itself, directly or through others. Remove one of the imports.");
        }

        foreach (var name in file.Dependency.Where(name => !ordered.Exists(known => known.Name == name)))
        {
            var imported = imports.GetValueOrDefault(name) ?? WellKnown.GetValueOrDefault(name)?.ToProto() ?? throw new ProtobufSchemaException(
                $"'{name}' is imported and not there. Register it under a subject of its own, and name it in the schema's references.");
            Order(imported, imports, ordered, open);
        }

        open.Remove(file.Name);
        ordered.Add(file);
    }
}
