using System.Text.RegularExpressions;

namespace Headrace.Problems;

/// <summary>Tells from ASP.NET Core's message about a parameter which one it was: the exception has no other way to say it.</summary>
internal static partial class ParameterFault
{
    public static IReadOnlyDictionary<string, string> Of(string message)
    {
        var parameter = Quoted().Match(message) is { Success: true } match ? match.Groups["name"].Value : "request";
        if (message.Contains("body", StringComparison.OrdinalIgnoreCase))
        {
            return new Dictionary<string, string> { ["body"] = "A JSON body is required." };
        }

        return new Dictionary<string, string>
        {
            [parameter] = message.StartsWith("Failed to bind", StringComparison.Ordinal) ? "The value does not fit." : "A value is required.",
        };
    }

    // 'Failed to bind parameter "int id" from "abc".'
    [GeneratedRegex("\"(?:[^\" ]+ )?(?<name>[^\" ]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
