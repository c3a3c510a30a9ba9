using System.Globalization;

namespace Headrace.Protobuf;

/// <summary>Reads a .proto file word by word, and says where it is not as it should be.</summary>
internal sealed class ProtoCursor
{
    // As protoc: a text nested deeper is nobody's schema.
    private const int MaxDepth = 32;

    private readonly ProtoScanner _scanner;
    private int _depth;

    public ProtoCursor(string text)
    {
        _scanner = new(text);
        Current = _scanner.Next();
    }

    public ProtoToken Current { get; private set; }

    public bool IsAt(string word) => Current.Kind is ProtoTokenKind.Name or ProtoTokenKind.Symbol && Current.Text == word;

    public ProtoToken Take()
    {
        var taken = Current;
        Current = _scanner.Next();
        return taken;
    }

    public bool TryTake(string word)
    {
        var isThere = IsAt(word);
        if (isThere)
        {
            Take();
        }

        return isThere;
    }

    public void Expect(string word)
    {
        if (!TryTake(word))
        {
            throw Fault($"'{word}' is expected, not {Current}");
        }
    }

    public string Name(string what) => Current.Kind == ProtoTokenKind.Name ? Take().Text : throw Fault($"the name of {what} is expected, not {Current}");

    /// <summary>A name that may have dots, between and before its parts.</summary>
    public string FullName(string what)
    {
        var name = TryTake(".") ? "." : "";
        name += Name(what);
        while (TryTake("."))
        {
            name += "." + Name(what);
        }

        return name;
    }

    /// <summary>A text; several one after the other are one.</summary>
    public string String(string what)
    {
        if (Current.Kind != ProtoTokenKind.String)
        {
            throw Fault($"{what} in quotes is expected, not {Current}");
        }

        var text = Take().Text;
        while (Current.Kind == ProtoTokenKind.String)
        {
            text += Take().Text;
        }

        return text;
    }

    public int Number(string what, int atLeast, int atMost)
    {
        var isNegative = TryTake("-");
        if (Current.Kind != ProtoTokenKind.Integer)
        {
            throw Fault($"{what} is expected, not {Current}");
        }

        var value = TryInteger(Current.Text, out var digits) && digits <= (ulong)int.MaxValue + 1 ? (isNegative ? -(long)digits : (long)digits) : long.MaxValue;
        if (value < atLeast || value > atMost)
        {
            throw Fault($"{what} is {(isNegative ? "-" : "")}{Current.Text}. It has to be from {atLeast} to {atMost}");
        }

        Take();
        return (int)value;
    }

    /// <summary>What braces enclose, entry by entry; a lone semicolon is one that says nothing.</summary>
    public void Block(Action entry)
    {
        Expect("{");
        if (++_depth > MaxDepth)
        {
            throw Fault($"blocks are nested more than {MaxDepth} deep");
        }

        while (!TryTake("}"))
        {
            if (Current.Kind == ProtoTokenKind.End)
            {
                throw Fault("a block does not end: '}' is expected");
            }

            if (!TryTake(";"))
            {
                entry();
            }
        }

        _depth--;
    }

    public ProtobufSchemaException Fault(string what) => new(Current.Line, Current.Column, what);

    public static bool TryInteger(string text, out ulong value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        if (text.Length is > 1 and < 22 && text[0] == '0' && text.All(static digit => digit is >= '0' and <= '7'))
        {
            value = text.Aggregate(0UL, static (sum, digit) => (sum * 8) + (ulong)(digit - '0'));
            return true;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
