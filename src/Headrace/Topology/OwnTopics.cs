using System.Globalization;
using System.Text.RegularExpressions;

namespace Headrace.Topology;

/// <summary>The names of the framework's own topics: made here, recognised here, and kept out of patterns.</summary>
internal static partial class OwnTopics
{
    /// <summary>Kafka's limit for a topic's name.</summary>
    public const int MaxLength = 249;

    /// <summary>What is not about one topic and group: <c>headrace.control</c>, <c>headrace.audit</c>, replies.</summary>
    public const string Prefix = "headrace.";

    public static string DeadLetter(string topic, string group) => $"{topic}.{group}.dlt";

    public static string Retry(string topic, string group, TimeSpan delay) => $"{topic}.{group}.retry.{Format(delay)}";

    public static string Parked(string topic, string group) => $"{topic}.{group}.parked";

    public static string Redrive(string topic, string group) => $"{topic}.{group}.redrive";

    public static string Resolved(string topic, string group) => $"{topic}.{group}.resolved";

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

    [GeneratedRegex(@"^[^.].*\.[^.]+\.(?:dlt|parked|redrive|resolved|retry\.[0-9]+(?:ms|s|m|h|d))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnSuffix();

    [GeneratedRegex(@"^[a-zA-Z0-9._-]+\z")]
    private static partial Regex LegalName();
}
