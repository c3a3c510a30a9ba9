using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Headrace.Topology;

/// <summary>The names of the framework's own topics: made here, recognised here, and kept out of patterns.</summary>
internal static partial class OwnTopics
{
    /// <summary>Kafka's limit for a topic's name.</summary>
    public const int MaxLength = 249;

    /// <summary>What is not about one topic and group: <c>headrace.control</c>, <c>headrace.audit</c>, replies.</summary>
    public const string Prefix = "headrace.";

    // What may follow topic and group: ".retry.", a number and a unit.
    private const int LongestSuffix = 20;
    private const int HashLength = 8;

    public static string DeadLetter(string topic, string group) => $"{Base(topic, group)}.dlt";

    public static string Retry(string topic, string group, TimeSpan delay) => RetryPrefix(topic, group) + Format(delay);

    public static string Parked(string topic, string group) => $"{Base(topic, group)}.parked";

    public static string Redrive(string topic, string group) => $"{Base(topic, group)}.redrive";

    public static string Resolved(string topic, string group) => $"{Base(topic, group)}.resolved";

    /// <summary>How the names of a topic's retry topics begin; the delay follows.</summary>
    public static string RetryPrefix(string topic, string group) => $"{Base(topic, group)}.retry.";

    /// <summary>The delay of a retry topic, by the end of its name; <see langword="null"/> when it is none.</summary>
    public static TimeSpan? DelayOf(string text)
    {
        var unit = text.TrimStart(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        var length = unit switch { "ms" => 1, "s" => 1_000, "m" => 60_000, "h" => 3_600_000, "d" => 86_400_000, _ => 0 };
        return length > 0 && int.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? TimeSpan.FromMilliseconds((double)number * length)
            : null;
    }

    /// <summary>Whether a topic is one of ours, of whichever application.</summary>
    public static bool IsOwn(string topic) => topic.StartsWith(Prefix, StringComparison.Ordinal) || OwnSuffix().IsMatch(topic);

    /// <summary>Whether a topic is Kafka's own: <c>__consumer_offsets</c> and its like.</summary>
    public static bool IsInternal(string topic) => topic.StartsWith("__", StringComparison.Ordinal);

    /// <summary>Why a name cannot be a topic's; <see langword="null"/> when it can.</summary>
    public static string? FaultOf(string name)
    {
        if (name.Length == 0)
        {
            return "it is empty";
        }

        if (name is "." or "..")
        {
            return "'.' and '..' are not allowed";
        }

        return LegalName().IsMatch(name)
            ? name.Length > MaxLength ? $"it has {name.Length} characters, Kafka allows {MaxLength}" : null
            : "Kafka allows letters, digits, '.', '_' and '-' only";
    }

    /// <summary>A delay as it stands in a name: <c>10s</c>, <c>1m</c>, <c>500ms</c>, in the largest unit without a remainder.</summary>
    public static string Format(TimeSpan delay)
    {
        var milliseconds = (long)delay.TotalMilliseconds;
        var (unit, length) = milliseconds switch
        {
            _ when milliseconds % 86_400_000 == 0 => ("d", 86_400_000),
            _ when milliseconds % 3_600_000 == 0 => ("h", 3_600_000),
            _ when milliseconds % 60_000 == 0 => ("m", 60_000),
            _ when milliseconds % 1_000 == 0 => ("s", 1_000),
            _ => ("ms", 1),
        };
        return (milliseconds / length).ToString(CultureInfo.InvariantCulture) + unit;
    }

    // A pattern may match a topic whose name leaves no room for what follows: then a hash stands for its end.
    private static string Base(string topic, string group)
    {
        var room = MaxLength - LongestSuffix - group.Length - 1;
        return topic.Length <= room
            ? $"{topic}.{group}"
            : $"{topic[..Math.Max(1, room - HashLength - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(topic)))[..HashLength]}.{group}";
    }

    [GeneratedRegex(@"^[^.].*\.[^.]+\.(?:dlt|parked|redrive|resolved|retry\.[0-9]+(?:ms|s|m|h|d))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnSuffix();

    [GeneratedRegex(@"^[a-zA-Z0-9._-]+\z")]
    private static partial Regex LegalName();
}
