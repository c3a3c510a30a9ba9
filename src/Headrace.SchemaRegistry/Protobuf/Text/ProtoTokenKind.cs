namespace Headrace.Protobuf;

/// <summary>What a word of a .proto file is.</summary>
internal enum ProtoTokenKind
{
    /// <summary>A name without dots; keywords are names too.</summary>
    Name,

    /// <summary>A whole number without a sign: decimal, hexadecimal or octal.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Real,

    /// <summary>A text in quotes.</summary>
    String,

    /// <summary>One character of anything else.</summary>
    Symbol,

    /// <summary>Nothing follows.</summary>
    End,
}
