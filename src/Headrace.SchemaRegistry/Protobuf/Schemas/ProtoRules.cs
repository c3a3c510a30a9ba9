using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Rules of the language that neither the grammar nor the linking of names sees.</summary>
internal static class ProtoRules
{
    public static void Check(FileDescriptorProto file)
    {
        var isProto3 = file.Syntax == ProtoParser.Proto3;
        foreach (var type in file.EnumType)
        {
            Check(type, isProto3);
        }

        foreach (var message in file.MessageType)
        {
            Check(message, isProto3);
        }
    }

    private static void Check(DescriptorProto message, bool isProto3)
    {
        var (numbers, names) = (new HashSet<int>(), new HashSet<string>());
        foreach (var field in message.Field)
        {
            if (!numbers.Add(field.Number))
            {
                throw Fault(message.Name, $"two fields have the number {field.Number}");
            }

            if (!names.Add(field.Name))
            {
                throw Fault(message.Name, $"two fields are called {field.Name}");
            }

            if (message.ReservedName.Contains(field.Name) || message.ReservedRange.Any(range => field.Number >= range.Start && field.Number < range.End))
            {
                throw Fault(message.Name, $"the field {field.Name} = {field.Number} uses a reserved name or number");
            }
        }

        foreach (var type in message.EnumType)
        {
            Check(type, isProto3);
        }

        foreach (var nested in message.NestedType)
        {
            Check(nested, isProto3);
        }
    }

    private static void Check(EnumDescriptorProto type, bool isProto3)
    {
        if (isProto3 && type.Value[0].Number != 0)
        {
            throw Fault(type.Name, $"the first value, {type.Value[0].Name}, is {type.Value[0].Number}. In proto3 it has to be 0");
        }

        if (type.Options is not { AllowAlias: true } && type.Value.GroupBy(value => value.Number).FirstOrDefault(values => values.Count() > 1) is { } twice)
        {
            throw Fault(type.Name, $"{string.Join(" and ", twice.Select(value => value.Name))} are both {twice.Key}. Give them different numbers, or set option allow_alias = true");
        }

        if (type.Value.FirstOrDefault(value => type.ReservedName.Contains(value.Name) || type.ReservedRange.Any(range => value.Number >= range.Start && value.Number <= range.End)) is { } reserved)
        {
            throw Fault(type.Name, $"the value {reserved.Name} = {reserved.Number} uses a reserved name or number");
        }
    }

    private static ProtobufSchemaException Fault(string type, string what) => new($"In {type} {what}.");
}
