namespace Headrace.Protobuf;

/// <summary>One word of a .proto file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word; of a string its content.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
internal readonly record struct ProtoToken(ProtoTokenKind Kind, string Text, int Line, int Column)
{
    public override string ToString() => Kind switch
    {
        ProtoTokenKind.End => "the end of the text",
        ProtoTokenKind.String => $"the string \"{Text}\"",
        _ => $"'{Text}'",
    };
}
