using System.IO.Enumeration;

namespace Headrace.Broker.Faults;

/// <summary>Names with <c>*</c> for any characters and <c>?</c> for one.</summary>
internal static class NamePattern
{
    /// <summary>No pattern matches everything, also no name.</summary>
    public static bool Matches(string? pattern, string? name) =>
        pattern is null || (name is not null && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}
