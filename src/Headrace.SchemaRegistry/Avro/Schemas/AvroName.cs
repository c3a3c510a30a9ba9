namespace Headrace.Avro;

/// <summary>The full name of a record, enum or fixed (Avro 1.12, "Names").</summary>
internal readonly record struct AvroName(string Full)
{
    public string Simple => Full[(Full.LastIndexOf('.') + 1)..];

    /// <summary>Empty for the null namespace.</summary>
    public string Space => Full.LastIndexOf('.') is > 0 and var dot ? Full[..dot] : "";

    /// <summary>The name that a text stands for inside a namespace: one with a dot is full already.</summary>
    public static AvroName In(string space, string text) => new(text.Contains('.', StringComparison.Ordinal) || space.Length == 0 ? text : $"{space}.{text}");

    /// <summary>Whether a text is one part of a name: a letter or underscore, then letters, digits and underscores, all ASCII.</summary>
    public static bool IsSimple(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    public static bool IsFull(string text) => text.Split('.').All(IsSimple);

    public override string ToString() => Full;
}
