namespace Headrace.Broker.Topics;

/// <summary>Kafka's rules for the names of topics.</summary>
internal static class TopicName
{
    private const int MaxLength = 249;

    /// <summary>What is wrong with the name; null if nothing is.</summary>
    public static string? FaultOf(string name)
    {
        if (name.Length == 0)
        {
            return "A topic's name may not be empty.";
        }

        if (name is "." or "..")
        {
            return "A topic may not be named '.' or '..'.";
        }

        if (name.Length > MaxLength)
        {
            return $"The topic's name has {name.Length} characters; {MaxLength} are allowed.";
        }

        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : $"The topic's name '{name}' has characters other than ASCII letters, digits, '.', '_' and '-'.";
    }
}
