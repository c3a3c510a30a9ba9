using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Headrace.Json;

/// <summary>Names and addresses of hosts: RFC 1123, RFC 5890 to 5893 and their context rules (RFC 5892 appendix A), RFC 2673, RFC 4291. Of mixed directions (RFC 5893) only the digits are looked at.</summary>
internal static partial class HostNames
{
    private const int MaxLength = 253;
    private const int MaxLabel = 63;

    // RFC 5892 §2.6: allowed and not allowed, whatever their category says.
    private const string Allowed = "\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007";
    private const string Disallowed = "\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B";

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true, AllowUnassigned = false };

    public static bool IsHost(string text, bool isInternational)
    {
        var labels = (isInternational ? Regex.Replace(text, "[\u3002\uFF0E\uFF61]", ".") : text).Split('.');
        return Array.TrueForAll(labels, label => IsLabel(label, isInternational, out _)) && labels.Sum(label => Length(label) + 1) - 1 <= MaxLength;
    }

    public static bool IsIpv4(string text) => Ipv4().IsMatch(text);

    public static bool IsIpv6(string text) => text.Contains(':', StringComparison.Ordinal) && Ipv6().IsMatch(text) && IPAddress.TryParse(text, out _)
        && (!text.Contains('.', StringComparison.Ordinal) || IsIpv4(text[(text.LastIndexOf(':') + 1)..]));

    private static int Length(string label) => IsLabel(label, isInternational: true, out var ascii) ? ascii.Length : label.Length;

    private static bool IsLabel(string label, bool isInternational, out string ascii)
    {
        ascii = label;
        if (label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
        {
            return Label().IsMatch(label) && label.Length <= MaxLabel && Unicode(label) is { } unicode && IsUnicodeLabel(unicode);
        }

        if (Ascii.IsValid(label))
        {
            return Label().IsMatch(label) && label.Length <= MaxLabel && !(label.Length > 3 && label[2] == '-' && label[3] == '-');
        }

        if (!isInternational || !IsUnicodeLabel(label) || AsciiOf(label) is not { } mapped)
        {
            return false;
        }

        ascii = mapped;
        return ascii.Length <= MaxLabel;
    }

    private static bool IsUnicodeLabel(string label)
    {
        if (label.Length == 0 || label[0] == '-' || label[^1] == '-' || (label.Length > 3 && label[2] == '-' && label[3] == '-')
            || CharUnicodeInfo.GetUnicodeCategory(label, 0) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark)
        {
            return false;
        }

        for (var index = 0; index < label.Length; index++)
        {
            if (!IsAllowed(label, index))
            {
                return false;
            }
        }

        return !(ArabicDigits().IsMatch(label) && ExtendedArabicDigits().IsMatch(label));
    }

    private static bool IsAllowed(string label, int index)
    {
        var before = index > 0 ? label[index - 1] : '\0';
        var after = index + 1 < label.Length ? label[index + 1] : '\0';
        return label[index] switch
        {
            '\u00B7' => before == 'l' && after == 'l',
            '\u0375' => after is >= '\u0370' and <= '\u03FF',
            '\u05F3' or '\u05F4' => before is >= '\u0590' and <= '\u05FF',
            '\u30FB' => Japanese().IsMatch(label),
            '\u200D' => IsVirama(before),
            '\u200C' => IsVirama(before) || Joining().IsMatch(label),
            '-' => true,
            var other when Allowed.Contains(other, StringComparison.Ordinal) => true,
            var other => !Disallowed.Contains(other, StringComparison.Ordinal) && (char.IsSurrogate(other) || IsLetterOrMark(other)),
        };
    }

    private static bool IsLetterOrMark(char character) => char.GetUnicodeCategory(character) is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber || char.IsAsciiLetter(character) || char.IsLetter(character);

    private static bool IsVirama(char character) => character is '\u094D' or '\u09CD' or '\u0A4D' or '\u0ACD' or '\u0B4D' or '\u0BCD' or '\u0C4D' or '\u0CCD' or '\u0D4D' or '\u0DCA' or '\u0E3A' or '\u0F84' or '\u1039';

    private static string? Unicode(string label)
    {
        try
        {
            return Idn.GetUnicode(label) is var text && text != label ? text : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string? AsciiOf(string label)
    {
        try
        {
            return Idn.GetAscii(label);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\z)|\z)){4}\z")]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"^[0-9A-Fa-f:]+(?::[0-9.]+)?\z")]
    private static partial Regex Ipv6();

    [GeneratedRegex(@"[\u3040-\u309F\u30A0-\u30FA\u30FC-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\u3005\u3007]")]
    private static partial Regex Japanese();

    [GeneratedRegex(@"[\u0620-\u064A]\p{Mn}*\u200C\p{Mn}*[\u0620-\u064A]")]
    private static partial Regex Joining();

    [GeneratedRegex(@"[\u0660-\u0669]")]
    private static partial Regex ArabicDigits();

    [GeneratedRegex(@"[\u06F0-\u06F9]")]
    private static partial Regex ExtendedArabicDigits();
}
