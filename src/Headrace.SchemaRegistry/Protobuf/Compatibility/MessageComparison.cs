using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Compares messages with those that read them, and with all that they hold; each pair once, because messages may hold themselves.</summary>
internal sealed class MessageComparison(List<SchemaFault> faults)
{
    private readonly HashSet<(string, string)> _seen = [];

    /// <summary>Every message of a file, and those inside it, by their names.</summary>
    public void CompareAll(IEnumerable<MessageDescriptor> writers, IEnumerable<MessageDescriptor> readers)
    {
        foreach (var writer in writers.Where(message => message.GetOptions() is not { MapEntry: true }))
        {
            if (readers.FirstOrDefault(message => message.FullName == writer.FullName) is { } reader)
            {
                Compare(writer, reader);
                CompareAll(writer.NestedTypes, reader.NestedTypes);
            }
            else
            {
                faults.Add(new($"$.{writer.FullName}", SchemaRule.MessagesKnown, "the message is gone, and may have been written. Keep it"));
            }
        }
    }

    public void Compare(MessageDescriptor writer, MessageDescriptor reader)
    {
        if (!_seen.Add((writer.FullName, reader.FullName)))
        {
            return;
        }

        foreach (var field in reader.Fields.InFieldNumberOrder())
        {
            if (writer.FindFieldByNumber(field.FieldNumber) is { } written)
            {
                Compare(written, field);
            }

            if (field.IsRequired && writer.FindFieldByNumber(field.FieldNumber) is not { IsRequired: true })
            {
                Add(reader, field, SchemaRule.RequiredFilled, "the field is required, and not every writer fills it. Make it optional");
            }
        }

        CompareChoices(writer, reader);
    }

    private void Compare(FieldDescriptor writer, FieldDescriptor reader)
    {
        if (!FieldKinds.AreAlike(writer, reader))
        {
            Add(reader.ContainingType, reader, SchemaRule.TypesMatch,
                $"number {reader.FieldNumber} is {FieldKinds.NameOf(writer)} on one side and {FieldKinds.NameOf(reader)} on the other. Give the new field a number of its own, and reserve {writer.FieldNumber}");
            return;
        }

        if (writer.IsMap != reader.IsMap || (writer.IsRepeated != reader.IsRepeated && FieldKinds.IsPackable(reader.FieldType)))
        {
            Add(reader.ContainingType, reader, SchemaRule.LabelsMatch, $"the field is {LabelOf(writer)} on one side and {LabelOf(reader)} on the other. Give the new field a number of its own");
        }
        else if (reader.IsMap)
        {
            Compare(writer.MessageType.Fields[1], reader.MessageType.Fields[1]);
            Compare(writer.MessageType.Fields[2], reader.MessageType.Fields[2]);
        }
        else if (reader.FieldType is FieldType.Message or FieldType.Group)
        {
            CompareNamed(writer, reader);
        }
    }

    private void CompareNamed(FieldDescriptor writer, FieldDescriptor reader)
    {
        if (writer.MessageType.FullName == reader.MessageType.FullName)
        {
            Compare(writer.MessageType, reader.MessageType);
        }
        else
        {
            Add(reader.ContainingType, reader, SchemaRule.NamesMatch,
                $"the field is a {writer.MessageType.FullName} on one side and a {reader.MessageType.FullName} on the other. Give the new field a number of its own");
        }
    }

    private void CompareChoices(MessageDescriptor writer, MessageDescriptor reader)
    {
        foreach (var choice in reader.Oneofs.Where(choice => !choice.IsSynthetic))
        {
            var written = choice.Fields.Select(field => writer.FindFieldByNumber(field.FieldNumber)).OfType<FieldDescriptor>().ToList();
            if (written.Count > 1 && written.Select(field => field.RealContainingOneof?.Name ?? $"={field.FieldNumber}").Distinct().Count() > 1)
            {
                faults.Add(new($"$.{reader.FullName}.{choice.Name}", SchemaRule.ChoicesMatch,
                    $"{string.Join(" and ", written.Select(field => field.Name))} may be written together, and of a oneof only the last is kept. Leave them outside"));
            }
        }

        foreach (var choice in writer.Oneofs.Where(choice => !choice.IsSynthetic))
        {
            foreach (var gone in choice.Fields.Where(field => reader.FindFieldByNumber(field.FieldNumber) is null))
            {
                if (choice.Fields.Any(field => reader.FindFieldByNumber(field.FieldNumber)?.RealContainingOneof is not null))
                {
                    faults.Add(new($"$.{writer.FullName}.{gone.Name}", SchemaRule.BranchesKnown, $"the field is gone from the oneof {choice.Name}, and may be what was chosen. Keep it"));
                }
            }
        }
    }

    private static string LabelOf(FieldDescriptor field) => field.IsMap ? "a map" : field.IsRepeated ? "repeated" : "single";

    private void Add(MessageDescriptor message, FieldDescriptor field, SchemaRule rule, string what) => faults.Add(new($"$.{message.FullName}.{field.Name}", rule, what));
}
