using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Headrace.Json;

/// <summary>The formats that the drafts define (2020-12 Validation §7.3). A format that is not among them is not judged.</summary>
internal static partial class JsonFormats
{
    private static readonly FrozenDictionary<string, Func<string, bool>> All = new Dictionary<string, Func<string, bool>>
    {
        ["date-time"] = text => text.IndexOfAny(['T', 't']) is var at and > 0 && IsDate(text[..at]) && IsTime(text[(at + 1)..]),
        ["date"] = IsDate,
        ["time"] = IsTime,
        ["duration"] = text => Duration().IsMatch(text),
        ["email"] = text => IsEmail(text, isInternational: false),
        ["idn-email"] = text => IsEmail(text, isInternational: true),
        ["hostname"] = text => HostNames.IsHost(text, isInternational: false),
        ["idn-hostname"] = text => HostNames.IsHost(text, isInternational: true),
        ["ipv4"] = HostNames.IsIpv4,
        ["ipv6"] = HostNames.IsIpv6,
        ["uri"] = text => IsUri(text, isInternational: false, needsScheme: true),
        ["uri-reference"] = text => IsUri(text, isInternational: false, needsScheme: false),
        ["iri"] = text => IsUri(text, isInternational: true, needsScheme: true),
        ["iri-reference"] = text => IsUri(text, isInternational: true, needsScheme: false),
        ["uri-template"] = text => Template().IsMatch(text),
        ["uuid"] = text => Uuid().IsMatch(text),
        ["json-pointer"] = text => Pointer().IsMatch(text),
        ["relative-json-pointer"] = text => RelativePointer().IsMatch(text),
        ["regex"] = IsPattern,
    }.ToFrozenDictionary();

    /// <summary>What judges a format; <see langword="null"/> when the draft has no such.</summary>
    public static Func<string, bool>? Find(string name, JsonSchemaDraft draft) =>
        draft == JsonSchemaDraft.Draft7 && name is "duration" or "uuid" ? null : All.GetValueOrDefault(name);

    private static bool IsDate(string text) => DateShape().IsMatch(text) && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // A leap second is one of 23:59:60 UTC (RFC 3339 §5.7).
    private static bool IsTime(string text)
    {
        if (Time().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var (hour, minute, second) = (Number(match, 1), Number(match, 2), Number(match, 3));
        var (offsetHours, offsetMinutes) = match.Groups[5].Success ? (Number(match, 5), Number(match, 6)) : (0, 0);
        if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59)
        {
            return false;
        }

        var offset = ((offsetHours * 60) + offsetMinutes) * (match.Groups[4].Value == "-" ? -1 : 1);
        return second < 60 || ((hour * 60) + minute - offset + 2880) % 1440 == 1439;
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static bool IsEmail(string text, bool isInternational)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || (!isInternational && !Ascii.IsValid(text)))
        {
            return false;
        }

        var (local, host) = (text[..at], text[(at + 1)..]);
        var isLocal = local.Length > 1 && local[0] == '"' && local[^1] == '"' ? Quoted().IsMatch(local) : DotAtom().IsMatch(local);
        var isHost = host.StartsWith('[') && host.EndsWith(']')
            ? host.StartsWith("[IPv6:", StringComparison.OrdinalIgnoreCase) ? HostNames.IsIpv6(host[6..^1]) : HostNames.IsIpv4(host[1..^1])
            : HostNames.IsHost(host, isInternational);
        return isLocal && isHost;
    }

    private static bool IsUri(string text, bool isInternational, bool needsScheme)
    {
        if ((!isInternational && !Ascii.IsValid(text)) || Forbidden().IsMatch(text) || Percent().IsMatch(text) || text.Count(character => character == '#') > 1)
        {
            return false;
        }

        var uri = UriReference.Parse(text);
        if (uri.Scheme is null ? needsScheme || text.Split('/', '?', '#')[0].Contains(':', StringComparison.Ordinal) : !Scheme().IsMatch(uri.Scheme))
        {
            return false;
        }

        return (uri.Authority is null || IsAuthority(uri.Authority)) && !$"{uri.Path}{uri.Query}{uri.Fragment}".AsSpan().ContainsAny('[', ']');
    }

    private static bool IsAuthority(string authority)
    {
        var at = authority.LastIndexOf('@');
        if (at >= 0 && authority[..at].AsSpan().ContainsAny('[', ']', '@'))
        {
            return false;
        }

        var host = authority[(at + 1)..];
        if (host.StartsWith('['))
        {
            var end = host.IndexOf(']', StringComparison.Ordinal);
            return end > 0 && (HostNames.IsIpv6(host[1..end]) || FutureAddress().IsMatch(host[1..end])) && Port().IsMatch(host[(end + 1)..]);
        }

        var colon = host.IndexOf(':', StringComparison.Ordinal);
        return !host.Contains('[', StringComparison.Ordinal) && !host.Contains(']', StringComparison.Ordinal) && (colon < 0 || Port().IsMatch(host[colon..]));
    }

    private static bool IsPattern(string text)
    {
        try
        {
            EcmaPattern.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z")]
    private static partial Regex DateShape();

    [GeneratedRegex(@"^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\z")]
    private static partial Regex Time();

    [GeneratedRegex(@"^P(?:[0-9]+W|(?=[0-9T])(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?)\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^(?:/(?:[^~/]|~[01])*)*\z")]
    private static partial Regex Pointer();

    [GeneratedRegex(@"^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)\z")]
    private static partial Regex RelativePointer();

    [GeneratedRegex(@"^""(?:[^""\\\u0000-\u001F]|\\.)*""\z")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uFFFF-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uFFFF-]+)*\z")]
    private static partial Regex DotAtom();

    [GeneratedRegex(@"[\u0000-\u0020\u007F""<>\\^`{|}]")]
    private static partial Regex Forbidden();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    private static partial Regex Percent();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*\z")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^(?::[0-9]*)?\z")]
    private static partial Regex Port();

    [GeneratedRegex(@"^[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+\z")]
    private static partial Regex FutureAddress();

    // RFC 6570: literals, and expressions of an operator and names with modifiers.
    [GeneratedRegex(@"^(?:[^\u0000-\u0020\u007F""%<>\\^`{|}]|%[0-9A-Fa-f]{2}|\{[+#./;?&=,!@|]?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*(?::[1-9][0-9]{0,3}|\*)?(?:,(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*(?::[1-9][0-9]{0,3}|\*)?)*\})*\z")]
    private static partial Regex Template();
}
