using Google.Protobuf.Reflection;
using Headrace.Compatibility;
using Headrace.Protobuf;

namespace Headrace;

/// <summary>Judges a new version of a Protobuf schema against the earlier ones, by the rules of https://protobuf.dev/programming-guides/proto3/#updating.</summary>
public static class ProtobufCompatibility
{
    /// <summary>What a mode finds wrong; empty when the new version is compatible.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="next">The new version.</param>
    /// <param name="earlier">The versions before it, the oldest first.</param>
    public static IReadOnlyList<SchemaFault> Check(SchemaCompatibility mode, ProtobufSchema next, IReadOnlyList<ProtobufSchema> earlier) =>
        SchemaModes.Check(mode, next, earlier, Unreadable);

    /// <summary>What a reader could not read of everything that a writer may write; empty when it can read it all.</summary>
    public static IReadOnlyList<SchemaFault> Unreadable(ProtobufSchema writer, ProtobufSchema reader)
    {
        var faults = new List<SchemaFault>();
        if (writer.Package != reader.Package)
        {
            faults.Add(new("$", SchemaRule.NamesMatch, $"the package is '{writer.Package}' on one side and '{reader.Package}' on the other, so that no message has the same name. Keep the package"));
            return faults;
        }

        var comparison = new MessageComparison(faults);
        comparison.CompareAll(writer.File.MessageTypes, reader.File.MessageTypes);
        return faults;
    }

    /// <summary>What a message could not read of everything that another may write.</summary>
    internal static IReadOnlyList<SchemaFault> Unreadable(MessageDescriptor writer, MessageDescriptor reader)
    {
        var faults = new List<SchemaFault>();
        new MessageComparison(faults).Compare(writer, reader);
        return faults;
    }
}
