using System.Globalization;
using System.Text;

namespace Headrace.Protobuf;

/// <summary>Cuts a .proto file into words (https://protobuf.dev/reference/protobuf/proto3-spec/#lexical_elements); comments are dropped.</summary>
internal sealed class ProtoScanner(string text)
{
    private int _position;
    private int _line = 1;
    private int _lineStart;

    private char Current => _position < text.Length ? text[_position] : '\0';

    private char Following => _position + 1 < text.Length ? text[_position + 1] : '\0';

    public ProtoToken Next()
    {
        SkipBlank();
        var (start, line, column) = (_position, _line, _position - _lineStart + 1);
        if (_position >= text.Length)
        {
            return new(ProtoTokenKind.End, "", line, column);
        }

        if (IsLetter(Current))
        {
            Skip(static next => IsLetter(next) || char.IsAsciiDigit(next));
            return new(ProtoTokenKind.Name, text[start.._position], line, column);
        }

        if (char.IsAsciiDigit(Current) || (Current == '.' && char.IsAsciiDigit(Following)))
        {
            return new(ScanNumber(), text[start.._position], line, column);
        }

        if (Current is '"' or '\'')
        {
            return new(ProtoTokenKind.String, ScanString(), line, column);
        }

        _position++;
        return new(ProtoTokenKind.Symbol, text[start.._position], line, column);
    }

    public ProtobufSchemaException Fault(string what) => new(_line, _position - _lineStart + 1, what);

    private void SkipBlank()
    {
        for (; _position < text.Length; _position++)
        {
            if (Current == '\n')
            {
                (_line, _lineStart) = (_line + 1, _position + 1);
            }
            else if (Current == '/' && Following == '/')
            {
                Skip(static next => next != '\n');
                _position--;
            }
            else if (Current == '/' && Following == '*')
            {
                SkipComment();
            }
            else if (!char.IsWhiteSpace(Current) && Current != '\uFEFF')
            {
                return;
            }
        }
    }

    // Ends on its last character.
    private void SkipComment()
    {
        for (_position += 2; !(Current == '*' && Following == '/'); _position++)
        {
            if (_position >= text.Length)
            {
                throw Fault("a comment that begins with /* does not end. Close it with */");
            }

            if (Current == '\n')
            {
                (_line, _lineStart) = (_line + 1, _position + 1);
            }
        }

        _position++;
    }

    private ProtoTokenKind ScanNumber()
    {
        if (Current == '0' && Following is 'x' or 'X')
        {
            _position += 2;
            Skip(char.IsAsciiHexDigit);
            return ProtoTokenKind.Integer;
        }

        var kind = ProtoTokenKind.Integer;
        Skip(char.IsAsciiDigit);
        if (Current == '.')
        {
            kind = ProtoTokenKind.Real;
            _position++;
            Skip(char.IsAsciiDigit);
        }

        if (Current is 'e' or 'E')
        {
            kind = ProtoTokenKind.Real;
            _position += Following is '+' or '-' ? 2 : 1;
            Skip(char.IsAsciiDigit);
        }

        return IsLetter(Current) ? throw Fault($"a number is followed by '{Current}'. Put a space between them") : kind;
    }

    private string ScanString()
    {
        var quote = Current;
        _position++;
        // Escapes are bytes: several of them may be one character.
        var bytes = new List<byte>();
        while (Current != quote)
        {
            if (_position >= text.Length || Current == '\n')
            {
                throw Fault($"a string does not end on its line. Close it with {quote}");
            }

            if (Current == '\\')
            {
                ScanEscape(bytes);
            }
            else
            {
                var length = char.IsHighSurrogate(Current) && char.IsLowSurrogate(Following) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(_position, length)));
                _position += length;
            }
        }

        _position++;
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void ScanEscape(List<byte> bytes)
    {
        _position++;
        var escape = Current;
        _position++;
        switch (escape)
        {
            case 'x' or 'X':
                bytes.Add((byte)Digits(16, 2));
                break;
            case 'u':
                bytes.AddRange(Encoding.UTF8.GetBytes(Character(Digits(16, 4))));
                break;
            case 'U':
                bytes.AddRange(Encoding.UTF8.GetBytes(Character(Digits(16, 8))));
                break;
            case >= '0' and <= '7':
                _position--;
                bytes.Add((byte)Digits(8, 3));
                break;
            default:
                var index = "abfnrtv\\'\"?".IndexOf(escape, StringComparison.Ordinal);
                bytes.Add(index >= 0 ? (byte)"\a\b\f\n\r\t\v\\'\"?"[index] : throw Fault($"'\\{escape}' is no escape"));
                break;
        }
    }

    private string Character(long code) => code is <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF) ? char.ConvertFromUtf32((int)code) : throw Fault($"U+{code:X} is no character");

    private long Digits(int radix, int most)
    {
        var start = _position;
        while (_position - start < most && (radix == 16 ? char.IsAsciiHexDigit(Current) : Current is >= '0' and <= '7'))
        {
            _position++;
        }

        var digits = text[start.._position];
        return digits.Length == 0 ? throw Fault("an escape has no digits")
            : radix == 16 ? long.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : digits.Aggregate(0L, static (value, digit) => (value * 8) + (digit - '0'));
    }

    private void Skip(Func<char, bool> belongs)
    {
        while (_position < text.Length && belongs(text[_position]))
        {
            _position++;
        }
    }

    private static bool IsLetter(char next) => char.IsAsciiLetter(next) || next == '_';
}
