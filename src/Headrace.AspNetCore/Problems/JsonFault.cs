using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headrace.Problems;

/// <summary>Says of JSON that could not be read which field was wrong and why, without the names of .NET types.</summary>
internal static partial class JsonFault
{
    public static IReadOnlyDictionary<string, string> Of(JsonException exception)
    {
        var field = FieldOf(exception.Path);
        if (exception.InnerException is JsonException)
        {
            return new Dictionary<string, string> { [field] = Malformed(exception) };
        }

        var missing = Missing().Match(exception.Message);
        if (missing.Success)
        {
            var prefix = field == "body" ? "" : field + ".";
            return Name().Matches(missing.Value).ToDictionary(name => prefix + name.Groups["name"].Value, _ => "The field is required.");
        }

        return new Dictionary<string, string> { [field] = ReasonOf(exception) };
    }

    private static string FieldOf(string? path) => path is null or "$" or "" ? "body" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');

    private static string Malformed(JsonException exception)
    {
        var end = exception.Message.IndexOf(" Path:", StringComparison.Ordinal);
        var reason = end < 0 ? "It cannot be read." : exception.Message[..end];
        return string.Create(CultureInfo.InvariantCulture, $"The JSON is malformed at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {reason}");
    }

    private static string ReasonOf(JsonException exception)
    {
        if (exception.Message.Contains("allow null", StringComparison.Ordinal) || exception.Message.Contains("disallows null", StringComparison.Ordinal))
        {
            return "The field must not be null.";
        }

        // A constructor's parameter is reported with its class; what it was to be stands in the inner exception.
        var inner = Kind().Match(exception.InnerException?.Message ?? "").Groups["kind"].Value;
        var target = Target().Match(exception.Message).Groups["type"].Value;
        return Expected(target.Contains("System.Nullable", StringComparison.Ordinal) ? target.Split('[', ']', ',')[1] : target)
            ?? Expected($"System.{inner}")
            ?? "The value has the wrong shape.";
    }

    private static string? Expected(string type) => type switch
    {
        "System.Int16" or "System.Int32" or "System.Int64" or "System.Byte" or "System.UInt16" or "System.UInt32" or "System.UInt64" =>
            "The field must be a whole number within its type's range.",
        "System.Decimal" or "System.Double" or "System.Single" or "System.number" => "The field must be a number.",
        "System.Boolean" or "System.boolean" => "The field must be true or false.",
        "System.DateTime" or "System.DateTimeOffset" or "System.DateOnly" or "System.TimeOnly" => "The field must be a date or time in ISO 8601 form.",
        "System.Guid" => "The field must be a UUID.",
        "System.String" or "System.string" => "The field must be text.",
        _ => null,
    };

    [GeneratedRegex("missing required properties including: .*", RegexOptions.ExplicitCapture)]
    private static partial Regex Missing();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(for|as) an? (?<kind>[A-Za-z0-9]+)\.?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Kind();

    [GeneratedRegex(@"could not be converted to (?<type>[^ ]+?)\.( |$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Target();
}
