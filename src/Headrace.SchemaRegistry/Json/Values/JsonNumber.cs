using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Headrace.Json;

/// <summary>
/// A JSON number, exact however long it is. What fits a decimal without rounding is one; anything else is digits and an exponent, which is never
/// expanded: <c>1e1000000000</c> costs no more than its text.
/// </summary>
internal readonly struct JsonNumber
{
    // 24 digits, a point and a sign: a decimal holds that without rounding.
    private const int DecimalLength = 26;
    private const int MaxDigitsToDivide = 4_000;
    private const long MaxExponent = 1_000_000_000_000_000;

    private readonly decimal _small;
    private readonly Digits? _big;

    private JsonNumber(decimal small, Digits? big) => (_small, _big) = (small, big);

    public static JsonNumber Of(JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        return raw.Length <= DecimalLength && !raw.ContainsAny((byte)'e', (byte)'E') && Utf8Parser.TryParse(raw, out decimal small, out var used) && used == raw.Length
            ? new(small, null)
            : new(0, Digits.Parse(Encoding.ASCII.GetString(raw)));
    }

    public bool IsInteger => _big is null ? decimal.Truncate(_small) == _small : _big.Exponent >= 0;

    public int CompareTo(JsonNumber other) => _big is null && other._big is null ? _small.CompareTo(other._small) : Expand().CompareTo(other.Expand());

    /// <exception cref="EvaluationLimitException">The numbers are too long to divide.</exception>
    public bool IsMultipleOf(JsonNumber divisor)
    {
        var (value, by) = (Expand(), divisor.Expand());
        if (value.Text.Length == 0)
        {
            return true;
        }

        if (Math.Max(value.Text.Length, by.Text.Length) > MaxDigitsToDivide)
        {
            throw new EvaluationLimitException($"a number has more than {MaxDigitsToDivide} digits");
        }

        var (upper, lower, shift) = (BigInteger.Parse(value.Text, CultureInfo.InvariantCulture), BigInteger.Parse(by.Text, CultureInfo.InvariantCulture), value.Exponent - by.Exponent);
        return shift >= 0
            ? (upper * BigInteger.ModPow(10, shift, lower) % lower).IsZero
            : -shift <= value.Text.Length && (upper % (lower * BigInteger.Pow(10, (int)-shift))).IsZero;
    }

    /// <summary>The same for numbers that are equal, however they are written.</summary>
    public override int GetHashCode() => _big is null ? Expand().GetHashCode() : _big.GetHashCode();

    private Digits Expand() => _big ?? Digits.Parse(_small.ToString(CultureInfo.InvariantCulture));

    /// <summary>An integer without zeros at its ends, times a power of ten; zero is empty.</summary>
    private sealed record Digits(bool IsNegative, string Text, long Exponent)
    {
        public static Digits Parse(string text)
        {
            var mantissa = text.AsSpan();
            var exponent = 0L;
            if (text.AsSpan().IndexOfAny('e', 'E') is var at and >= 0)
            {
                var sign = text[at + 1] == '-' ? -MaxExponent : MaxExponent;
                exponent = long.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, -MaxExponent, MaxExponent) : sign;
                mantissa = text.AsSpan(0, at);
            }

            var isNegative = mantissa[0] == '-';
            mantissa = isNegative ? mantissa[1..] : mantissa;
            var point = mantissa.IndexOf('.');
            var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
            exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
            var trimmed = digits.TrimEnd('0');
            exponent += digits.Length - trimmed.Length;
            trimmed = trimmed.TrimStart('0');
            return trimmed.Length == 0 ? new(false, "", 0) : new(isNegative, trimmed, exponent);
        }

        public int CompareTo(Digits other)
        {
            if (Sign != other.Sign)
            {
                return Sign.CompareTo(other.Sign);
            }

            var magnitude = (Text.Length + Exponent).CompareTo(other.Text.Length + other.Exponent);
            return Sign * (magnitude != 0 ? magnitude : Math.Sign(string.CompareOrdinal(Text, other.Text)));
        }

        private int Sign => Text.Length == 0 ? 0 : IsNegative ? -1 : 1;
    }
}
