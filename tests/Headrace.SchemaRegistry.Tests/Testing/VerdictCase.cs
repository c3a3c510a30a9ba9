using Headrace.Kinds;

namespace Headrace.Schemas.Testing;

/// <summary>A new version, those before it, and the mode in which it is judged.</summary>
internal sealed record VerdictCase(string Kind, SchemaCompatibility Mode, string Next, IReadOnlyList<string> Earlier)
{
    /// <summary>Each writer with the reader that must read it.</summary>
    public IEnumerable<(string Writer, string Reader)> Pairs()
    {
        var compared = Mode.ToString().EndsWith("Transitive", StringComparison.Ordinal) ? Earlier : [.. Earlier.TakeLast(1)];
        return compared.SelectMany(Directions);
    }

    public IReadOnlyList<SchemaFault> Ours() => SchemaKinds.Check(Mode, Parse(Next), [.. Earlier.Select(Parse)]);

    public IReadOnlyList<SchemaFault> Unreadable(string writer, string reader) => Parse(reader).Unreadable(Parse(writer));

    private IEnumerable<(string Writer, string Reader)> Directions(string earlier) => Mode switch
    {
        SchemaCompatibility.None => [],
        SchemaCompatibility.Backward or SchemaCompatibility.BackwardTransitive => [(earlier, Next)],
        SchemaCompatibility.Forward or SchemaCompatibility.ForwardTransitive => [(Next, earlier)],
        _ => [(earlier, Next), (Next, earlier)],
    };

    private ParsedSchema Parse(string text) => SchemaKinds.Parse(new(text, Kind), []);
}
