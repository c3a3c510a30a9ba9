using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;

namespace Headrace.Schemas.Testing;

/// <summary>
/// Another registry's rules for Protobuf are those of a linter: names and reservations count, the wire format does not. A verdict is explained when each
/// pair of versions is judged alike, or differs by listed findings alone, and the verdict follows from the pairs.
/// </summary>
internal sealed partial class KnownProtobufDifferences
{
    // Types that read each other, from https://protobuf.dev/programming-guides/proto3/#updating; enums have names of their own.
    private static readonly string[][] Alike =
    [
        ["int32", "uint32", "int64", "uint64", "bool", "E", "F", "State"], ["sint32", "sint64"], ["string", "bytes"], ["fixed32", "sfixed32"], ["fixed64", "sfixed64"],
    ];

    private readonly Dictionary<(string Writer, string Reader), IReadOnlyList<string>> _findings;

    public KnownProtobufDifferences(JavaAvro other, IReadOnlyList<VerdictCase> judged)
    {
        List<(string, string)> pairs = [.. judged.SelectMany(one => one.Pairs()).Distinct()];
        _findings = pairs.Zip(other.Findings(pairs)).ToDictionary(found => found.First, found => found.Second);
    }

    public bool Explain(VerdictCase judged, bool theirs)
    {
        var pairs = judged.Pairs().Select(pair => (Ours: judged.Unreadable(pair.Writer, pair.Reader), Theirs: _findings[pair], pair.Writer, pair.Reader)).ToList();
        return theirs == Follows(judged.Mode, [.. pairs.Select(pair => pair.Theirs.Count == 0)])
            && pairs.All(pair => (pair.Ours.Count == 0) == (pair.Theirs.Count == 0) || (pair.Ours.Count == 0 ? pair.Theirs.All(finding => IsHarmless(finding) || IsOfOtherNumber(finding, pair.Writer, pair.Reader) || IsOfHarmlessLabel(finding, pair.Writer, pair.Reader)) : pair.Ours.All(fault => IsUnseen(fault, pair.Writer, pair.Reader))));
    }

    // FULL is met there by one direction of each two.
    private static bool Follows(SchemaCompatibility mode, IReadOnlyList<bool> pairs) => mode is SchemaCompatibility.Full or SchemaCompatibility.FullTransitive
        ? pairs.Chunk(2).All(directions => directions.Contains(true))
        : pairs.All(pair => pair);

    // What they refuse and Protobuf allows.
    private static bool IsHarmless(string finding) =>
        Harmless().IsMatch(finding)
        || (TypeChange().Match(finding) is { Success: true } types && Array.Exists(Alike, group => group.Contains(types.Groups[1].Value) && group.Contains(types.Groups[2].Value)))
        || (MapChange().Match(finding) is { Success: true } maps && AreAlike(maps.Groups[1].Value, maps.Groups[3].Value) && AreAlike(maps.Groups[2].Value, maps.Groups[4].Value));

    // They compare fields by their names, and one that has another number is another field.
    private static bool IsOfOtherNumber(string finding, string writer, string reader) =>
        FieldChange().Match(finding) is { Success: true } change && MessageOf(writer, change.Groups[1].Value) is { } before && MessageOf(reader, change.Groups[1].Value) is { } next
        && before.Fields.InDeclarationOrder().Any(field => next.FindFieldByName(field.Name) is { } same && same.FieldNumber != field.FieldNumber);

    // optional or not is the same on the wire; several texts, bytes or messages are read as the last, or as one that is merged.
    private static bool IsOfHarmlessLabel(string finding, string writer, string reader) =>
        LabelChange().Match(finding) is { Success: true } change && MessageOf(writer, change.Groups[1].Value) is { } before && MessageOf(reader, change.Groups[1].Value) is { } next
        && before.Fields.InDeclarationOrder().All(field => next.FindFieldByNumber(field.FieldNumber) is not { } same || same.IsRepeated == field.IsRepeated
            || (field is { IsMap: false, FieldType: FieldType.String or FieldType.Bytes or FieldType.Message } && same is { IsMap: false, FieldType: FieldType.String or FieldType.Bytes or FieldType.Message }));

    // By its own name, which no other has: the other registry names one or two of those around it.
    private static MessageDescriptor? MessageOf(string file, string path) =>
        All(ProtobufSchema.Parse(file).File.MessageTypes).FirstOrDefault(message => message.Name == path[(path.LastIndexOf('.') + 1)..]);

    private static IEnumerable<MessageDescriptor> All(IEnumerable<MessageDescriptor> messages) => messages.SelectMany(message => All(message.NestedTypes).Prepend(message));

    // What they accept and a reader would miss or misread.
    private static bool IsUnseen(SchemaFault fault, string writer, string reader) => fault.Rule switch
    {
        SchemaRule.MessagesKnown => Regex.IsMatch(writer, $@"message {fault.Path[(fault.Path.LastIndexOf('.') + 1)..]} \{{\s*(reserved [^;]*;\s*)?\}}"),
        SchemaRule.NamesMatch => fault.Path == "$",
        SchemaRule.ChoicesMatch => Places(fault, reader, writer) is var (next, before, choice)
            && next.Oneofs.Any(group => group.Name == choice && Together(before, [.. group.Fields.Select(static field => field.FieldNumber)])),
        SchemaRule.BranchesKnown => Places(fault, writer, reader) is var (before, next, field)
            && before.FindFieldByName(field) is { RealContainingOneof: not null } gone && next.FindFieldByNumber(gone.FieldNumber) is null,
        _ => false,
    };

    // Whether two of these fields can be in one value: they are not of one oneof.
    private static bool Together(MessageDescriptor message, IReadOnlyList<int> numbers)
    {
        FieldDescriptor[] fields = [.. numbers.Select(message.FindFieldByNumber).OfType<FieldDescriptor>()];
        return fields.Length > 1 && (fields[0].RealContainingOneof is not { } group || Array.Exists(fields, field => field.RealContainingOneof != group));
    }

    // The message of a fault in one file and in the other, and what of it is meant.
    private static (MessageDescriptor One, MessageDescriptor Other, string Name)? Places(SchemaFault fault, string one, string other)
    {
        var end = fault.Path.LastIndexOf('.');
        return MessageOf(one, fault.Path[..end]) is { } first && MessageOf(other, fault.Path[..end]) is { } second ? (first, second, fault.Path[(end + 1)..]) : null;
    }

    private static bool AreAlike(string one, string other) => one == other || Array.Exists(Alike, group => group.Contains(one) && group.Contains(other));

    [GeneratedRegex(@"^(\d+ reserved fields were removed|Conflict of reserved \d+ fields|\d+ fields removed without reservation|Field name changed|Conflict, field id changed), ")]
    private static partial Regex Harmless();

    [GeneratedRegex(@"^Field (?:type|label) changed, message (\S+) , ")]
    private static partial Regex FieldChange();

    [GeneratedRegex(@"^Field label changed, message (\S+) , ")]
    private static partial Regex LabelChange();

    [GeneratedRegex(@"^Field type changed, message \S+ , before: (\w+) , after (\w+)$")]
    private static partial Regex TypeChange();

    [GeneratedRegex(@"^Field type changed, message \S+ , before: map<(\w+), (\w+)> , after map<(\w+), (\w+)>$")]
    private static partial Regex MapChange();
}
