using System.Text.RegularExpressions;

namespace Headrace.Repository;

/// <summary>
/// The C# in the documents. Each block stands under a marker, <c>&lt;!-- snippet: file#region --&gt;</c>, and has the text of that region of a file
/// that is compiled.
/// </summary>
internal static partial class Snippets
{
    /// <summary>The document with every marked block taken from its region. Faults are added for what has no marker or no region.</summary>
    public static string Renew(string document, string text, List<string> faults)
    {
        var lines = text.Split('\n');
        var renewed = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            renewed.Add(lines[i]);
            if (!IsCode(lines[i]))
            {
                continue;
            }

            var end = Array.FindIndex(lines, i + 1, line => line.TrimEnd() == "```");
            var marker = Marker().Match(i > 0 ? lines[i - 1] : "");
            var region = marker.Success ? Region(marker.Groups["file"].Value, marker.Groups["region"].Value) : null;
            if (region is null)
            {
                var reason = marker.Success ? $"names {marker.Groups["file"].Value}#{marker.Groups["region"].Value}, which is not there" : "has C# without a marker";
                faults.Add($"{document}:{i + 1} {reason}");
            }

            renewed.AddRange(region ?? [.. lines[(i + 1)..end]]);
            i = end - 1;
        }

        return string.Join('\n', renewed);
    }

    private static bool IsCode(string line) => line.TrimEnd() is "```csharp" or "```cs" or "```c#";

    private static List<string>? Region(string file, string name)
    {
        if (!Checkout.Files.Contains(file))
        {
            return null;
        }

        var lines = Checkout.Read(file).Split('\n').Select(line => line.TrimEnd()).ToList();
        var start = lines.FindIndex(line => line.TrimStart() == $"#region {name}");
        if (start < 0)
        {
            return null;
        }

        var body = lines.Skip(start + 1).TakeWhile(line => !line.TrimStart().StartsWith("#endregion", StringComparison.Ordinal)).ToList();
        var indent = body.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return [.. body.Select(line => line.Length > indent ? line[indent..] : "")];
    }

    [GeneratedRegex(@"^<!-- snippet: (?<file>[^#\s]+)#(?<region>\S+) -->$")]
    private static partial Regex Marker();
}
