using System.Text.RegularExpressions;

namespace Headrace.Topology;

/// <summary>A regular expression that matches whole topic names.</summary>
internal sealed class TopicPattern
{
    // A pattern comes from code, a name from whoever may create topics: no name may stall us.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    public TopicPattern(string pattern) => _regex = new($"^(?:{pattern})\\z", RegexOptions.CultureInvariant, Limit);

    public bool Matches(string topic) => _regex.IsMatch(topic);
}
