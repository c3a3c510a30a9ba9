using Google.Protobuf.Reflection;

namespace Headrace;

/// <summary>
/// Stricter than any mode of a registry: between two versions nothing is renamed, nothing removed, and nothing required that was not, so that readers and
/// writers of both may run at once, in any order, for as long as they like. Each finding says what to do.
/// </summary>
public static class ProtobufLint
{
    /// <summary>The findings; empty when there are none.</summary>
    /// <param name="before">The version in use.</param>
    /// <param name="next">The version to come.</param>
    public static IReadOnlyList<SchemaFault> Check(ProtobufSchema before, ProtobufSchema next)
    {
        var findings = new List<SchemaFault>();
        Compare(before.File.MessageTypes, next.File.MessageTypes, findings);
        Compare(before.File.EnumTypes, next.File.EnumTypes, findings);
        return findings;
    }

    private static void Compare(IEnumerable<MessageDescriptor> before, IEnumerable<MessageDescriptor> next, List<SchemaFault> findings)
    {
        foreach (var was in before.Where(message => message.GetOptions() is not { MapEntry: true }))
        {
            if (next.FirstOrDefault(message => message.FullName == was.FullName) is { } now)
            {
                CompareFields(was, now, findings);
                Compare(was.NestedTypes, now.NestedTypes, findings);
                Compare(was.EnumTypes, now.EnumTypes, findings);
            }
            else
            {
                findings.Add(new($"$.{was.FullName}", SchemaRule.NoRemoval, "the message is gone, and somebody may still read it. Keep it, also under its name"));
            }
        }
    }

    private static void CompareFields(MessageDescriptor before, MessageDescriptor next, List<SchemaFault> findings)
    {
        foreach (var field in before.Fields.InFieldNumberOrder())
        {
            var at = $"$.{before.FullName}.{field.Name}";
            if (next.FindFieldByNumber(field.FieldNumber) is not { } same)
            {
                findings.Add(new(at, SchemaRule.NoRemoval, $"the field is gone, and somebody may still read it. Keep it, and stop filling it when nobody reads it any more; then reserve {field.FieldNumber}"));
            }
            else if (same.Name != field.Name)
            {
                findings.Add(new(at, SchemaRule.NoRename, $"the field is now called '{same.Name}': its bytes are read, its JSON and its text form are not. Keep the name"));
            }
        }

        foreach (var field in next.Fields.InFieldNumberOrder().Where(field => field.IsRequired && before.FindFieldByNumber(field.FieldNumber) is null))
        {
            findings.Add(new($"$.{next.FullName}.{field.Name}", SchemaRule.NewFieldHasDefault, "the field is new and required, so that what was written before cannot be read. Make it optional"));
        }
    }

    private static void Compare(IEnumerable<EnumDescriptor> before, IEnumerable<EnumDescriptor> next, List<SchemaFault> findings)
    {
        foreach (var was in before)
        {
            var now = next.FirstOrDefault(type => type.FullName == was.FullName);
            foreach (var value in was.Values.Where(value => now?.FindValueByName(value.Name)?.Number != value.Number))
            {
                findings.Add(new($"$.{was.FullName}.{value.Name}", SchemaRule.NoRemoval, $"the value {value.Number} is gone or has another number, and may stand in what was written before. Keep it"));
            }
        }
    }
}
