using System.Globalization;
using System.Text;

namespace Headrace.Json;

/// <summary>
/// Says an ECMA-262 expression (flag u) in .NET's language: classes are ASCII where ECMA's are, the end is the very end, and a character beyond U+FFFF is
/// one character and not two. Categories (<c>\p{L}</c>) know the characters up to U+FFFF.
/// </summary>
internal sealed class EcmaPatternTranslator
{
    private const string Digit = "0-9";
    private const string Word = "A-Za-z0-9_";
    private const string Space = @"\t\n\v\f\r \u00A0\uFEFF\u2028\u2029\p{Zs}";
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    private const string Boundary = $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))";
    private const string NoBoundary = $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))";

    private readonly string _text;
    private readonly StringBuilder _out = new();
    private int _at;

    private EcmaPatternTranslator(string text) => _text = text;

    /// <exception cref="FormatException">It is no such expression.</exception>
    public static string Translate(string text)
    {
        var translator = new EcmaPatternTranslator(text);
        while (translator._at < text.Length)
        {
            translator.Next();
        }

        return translator._out.ToString();
    }

    private void Next()
    {
        switch (_text[_at])
        {
            case '\\':
                _out.Append(EscapeOutside());
                break;
            case '[':
                Class();
                break;
            case '.':
                _at++;
                _out.Append($@"(?:{Pair}|[^\n\r\u2028\u2029])");
                break;
            case '$':
                _at++;
                _out.Append(@"\z");
                break;
            case '(' when _text.AsSpan(_at).StartsWith("(?", StringComparison.Ordinal):
                Group();
                break;
            case '#' or ' ':
                _out.Append('\\').Append(_text[_at++]);
                break;
            case var other when char.IsHighSurrogate(other):
                _out.Append(CultureInfo.InvariantCulture, $"(?:{Unit(CodePoint())})");
                break;
            case var other:
                _out.Append(other);
                _at++;
                break;
        }
    }

    private void Group()
    {
        var rest = _text.AsSpan(_at + 2);
        if (!(rest.StartsWith(":", StringComparison.Ordinal) || rest.StartsWith("=", StringComparison.Ordinal) || rest.StartsWith("!", StringComparison.Ordinal)
            || (rest.Length > 1 && rest[0] == '<' && (rest[1] is '=' or '!' or '_' or '$' || char.IsLetter(rest[1])))))
        {
            throw Wrong("a group has no such option in ECMA-262");
        }

        _out.Append("(?");
        _at += 2;
    }

    private string EscapeOutside()
    {
        var letter = Letter();
        switch (letter)
        {
            case 'd' or 'w' or 's':
                return $"[{ClassOf(letter)}]";
            case 'D' or 'W' or 'S':
                return $@"(?:{Pair}|[^{ClassOf(char.ToLowerInvariant(letter))}])";
            case 'b':
                return Boundary;
            case 'B':
                return NoBoundary;
            case 'p':
                return $"[{Category()}]";
            case 'P':
                return $@"(?:{Pair}|[^{Category()}])";
            case 'k' or (>= '1' and <= '9'):
                return $@"\{letter}";
            default:
                var value = Character(letter);
                return value > 0xFFFF ? $"(?:{Unit(value)})" : Unit(value);
        }
    }

    // A class of characters beyond U+FFFF is an alternative of pairs; one that excludes any of them cannot be said without looking ahead.
    private void Class()
    {
        _at++;
        var isNegated = _at < _text.Length && _text[_at] == '^';
        _at += isNegated ? 1 : 0;
        var (near, far) = (new StringBuilder(), new List<string>());
        while (true)
        {
            if (_at >= _text.Length)
            {
                throw Wrong("a class does not end");
            }

            if (_text[_at] == ']')
            {
                break;
            }

            Member(near, far);
        }

        _at++;
        var pairs = far.Count > 0 ? string.Join('|', far) : null;
        _out.Append((isNegated, near.Length, pairs) switch
        {
            (false, 0, null) => "(?!)",
            (false, _, null) => $"[{near}]",
            (false, 0, _) => $"(?:{pairs})",
            (false, _, _) => $"(?:{pairs}|[{near}])",
            (true, 0, null) => $@"(?:{Pair}|[\s\S])",
            (true, _, null) => $@"(?:{Pair}|[^{near}])",
            (true, _, _) => $@"(?:(?!{pairs}){Pair}|[^{(near.Length == 0 ? "" : near)}\uD800-\uDFFF])",
        });
    }

    private void Member(StringBuilder near, List<string> far)
    {
        if (ClassMember() is not { } first)
        {
            near.Append(_set);
            return;
        }

        if (_at + 1 >= _text.Length || _text[_at] != '-' || _text[_at + 1] == ']')
        {
            Add(near, far, first, first);
            return;
        }

        _at++;
        if (ClassMember() is not { } last)
        {
            throw Wrong("a range ends in a class");
        }

        if (last < first)
        {
            throw Wrong("a range is out of order");
        }

        Add(near, far, first, last);
    }

    // What ClassMember found when it was a set and not one character.
    private string _set = "";

    private int? ClassMember()
    {
        if (_text[_at] != '\\')
        {
            return CodePoint();
        }

        var letter = Letter();
        _set = letter switch
        {
            'd' or 'w' or 's' => ClassOf(letter),
            'D' => @"\0-/:-\uFFFF",
            'W' => @"\0-/:-@\[-\^`\{-\uFFFF",
            'S' => @"\S",
            'p' => Category(),
            'P' => Category().Replace(@"\p", @"\P", StringComparison.Ordinal),
            _ => "",
        };
        return _set.Length > 0 ? null : letter == 'b' ? 8 : letter == '-' ? '-' : Character(letter);
    }

    private static void Add(StringBuilder near, List<string> far, int first, int last)
    {
        if (first <= 0xFFFF)
        {
            near.Append(CultureInfo.InvariantCulture, $"{Unit(first)}-{Unit(Math.Min(last, 0xFFFF))}");
        }

        // One alternative for each leading half: there are at most 1,024.
        for (var from = Math.Max(first, 0x10000); from <= last;)
        {
            var to = Math.Min(last, from | 0x3FF);
            var (low, high) = (char.ConvertFromUtf32(from), char.ConvertFromUtf32(to));
            far.Add($@"\u{(int)low[0]:X4}[\u{(int)low[1]:X4}-\u{(int)high[1]:X4}]");
            from = to + 1;
        }
    }

    private char Letter() => ++_at < _text.Length ? _text[_at++] : throw Wrong("it ends in a backslash");

    /// <summary>The character that an escape stands for.</summary>
    private int Character(char letter)
    {
        switch (letter)
        {
            case 't' or 'n' or 'v' or 'f' or 'r':
                return "tnvfr".IndexOf(letter, StringComparison.Ordinal) switch { 0 => 9, 1 => 10, 2 => 11, 3 => 12, _ => 13 };
            case '0' when _at >= _text.Length || !char.IsAsciiDigit(_text[_at]):
                return 0;
            case 'c' when _at < _text.Length && char.IsAsciiLetter(_text[_at]):
                return _text[_at++] & 0x1F;
            case 'x':
                return Hex(2);
            case 'u' when _at < _text.Length && _text[_at] == '{':
                return Braced();
            case 'u':
                return Paired(Hex(4));
            case var other when !char.IsAsciiLetterOrDigit(other):
                return other;
            default:
                throw Wrong($@"\{letter} is no escape");
        }
    }

    private int Braced()
    {
        var end = _text.IndexOf('}', _at);
        if (end < 0 || !int.TryParse(_text.AsSpan(_at + 1, end - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
        {
            throw Wrong(@"\u{…} is no character");
        }

        _at = end + 1;
        return value;
    }

    private int Paired(int first)
    {
        if (first is < 0xD800 or > 0xDBFF || !_text.AsSpan(_at).StartsWith(@"\u", StringComparison.Ordinal))
        {
            return first;
        }

        var back = _at;
        _at += 2;
        var second = Hex(4);
        if (second is >= 0xDC00 and <= 0xDFFF)
        {
            return char.ConvertToUtf32((char)first, (char)second);
        }

        _at = back;
        return first;
    }

    private int Hex(int length)
    {
        if (_at + length > _text.Length || !int.TryParse(_text.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw Wrong($"{length} hexadecimal digits are expected");
        }

        _at += length;
        return value;
    }

    private int CodePoint()
    {
        var value = _at + 1 < _text.Length && char.IsSurrogatePair(_text[_at], _text[_at + 1]) ? char.ConvertToUtf32(_text[_at], _text[_at + 1]) : _text[_at];
        _at += value > 0xFFFF ? 2 : 1;
        return value;
    }

    private string Category()
    {
        var end = _at < _text.Length && _text[_at] == '{' ? _text.IndexOf('}', _at) : -1;
        if (end < 0)
        {
            throw Wrong(@"\p is followed by a property in braces");
        }

        var name = _text[(_at + 1)..end];
        _at = end + 1;
        return EcmaCategories.Find(name) ?? throw Wrong($@"\p{{{name}}} is not known here; general categories are, such as \p{{L}}");
    }

    private static string ClassOf(char letter) => letter switch { 'd' => Digit, 'w' => Word, _ => Space };

    private static string Unit(int value) => value > 0xFFFF
        ? string.Concat(char.ConvertFromUtf32(value).Select(half => $@"\u{(int)half:X4}"))
        : $@"\u{value:X4}";

    private FormatException Wrong(string why) => new($"{why}, at character {Math.Min(_at, _text.Length)} of '{_text}'");
}
