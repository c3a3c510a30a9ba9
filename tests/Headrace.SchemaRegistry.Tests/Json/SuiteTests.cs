using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Headrace.Schemas.Json;

/// <summary>The test suite of the specification (Json/Suite/ORIGIN.txt): every test that a draft requires, and of its optional ones all but those that are named here.</summary>
public sealed class SuiteTests
{
    private const string RemoteBase = "http://localhost:1234/";

    private static readonly Lazy<Dictionary<string, string>> Files = new(Read);

    public static TheoryData<string> Required(string draft) => [.. Names(draft).Where(name => !name.Contains("/optional/", StringComparison.Ordinal))];

    public static TheoryData<string> Optional(string draft) => [.. Names(draft).Where(name => name.Contains("/optional/", StringComparison.Ordinal))];

    /// <summary>What an implementation may leave out and this one does: content is an annotation, 2019-09 is not spoken, and of RFC 5893 (directions of writing) only the digits are judged.</summary>
    private static readonly string[] LeftOut =
    [
        "validation of string-encoded content based on media type: an invalid JSON document",
        "validation of binary string-encoding: an invalid base64 string (% is not a valid character)",
        "validation of binary-encoded media type documents: a validly-encoded invalid JSON document",
        "validation of binary-encoded media type documents: an invalid base64 string that is valid JSON",
        "refs to future drafts are processed as future drafts",
        "refs to historic drafts are processed as historic drafts",
        "validation of internationalized host names: Bidi domain name with a digit-first label is invalid",
        "validation of internationalized host names: A-label that decodes to a Bidi rule violation is invalid",
    ];

    [Theory]
    [MemberData(nameof(Required), "draft7")]
    [MemberData(nameof(Required), "draft2020-12")]
    public void A_required_test_agrees(string file) => Assert.Equal("", string.Join('\n', Differences(file)));

    [Theory]
    [MemberData(nameof(Optional), "draft7")]
    [MemberData(nameof(Optional), "draft2020-12")]
    public void An_optional_test_agrees(string file) =>
        Assert.Equal("", string.Join('\n', Differences(file).Where(difference => !LeftOut.Any(known => difference.StartsWith(known, StringComparison.Ordinal)))));

    private static List<string> Differences(string file)
    {
        var differences = new List<string>();
        using var groups = JsonDocument.Parse(Files.Value[file]);
        foreach (var group in groups.RootElement.EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                if (Verdict(file, group, test) is { } difference)
                {
                    differences.Add($"{group.GetProperty("description")}: {test.GetProperty("description")}: {difference}");
                }
            }
        }

        return differences;
    }

    private static string? Verdict(string file, JsonElement group, JsonElement test)
    {
        try
        {
            var schema = JsonSchema.Parse(group.GetProperty("schema").GetRawText(), new()
            {
                Draft = file.StartsWith("tests/draft7", StringComparison.Ordinal) ? JsonSchemaDraft.Draft7 : JsonSchemaDraft.Draft202012,
                AssertFormat = file.Contains("/optional/format/", StringComparison.Ordinal),
                References = Remotes.Value,
            });
            var violations = schema.Validate(test.GetProperty("data"));
            return violations.Count == 0 == test.GetProperty("valid").GetBoolean() ? null : violations.Count == 0 ? "nothing was found wrong" : violations[0].ToString();
        }
        catch (JsonSchemaException error)
        {
            return error.Message;
        }
    }

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Remotes = new(() => Files.Value
        .Where(file => file.Key.StartsWith("remotes/", StringComparison.Ordinal))
        .ToDictionary(file => RemoteBase + file.Key["remotes/".Length..], file => file.Value));

    private static IEnumerable<string> Names(string draft) => Files.Value.Keys.Where(name => name.StartsWith($"tests/{draft}/", StringComparison.Ordinal)).Order();

    private static Dictionary<string, string> Read()
    {
        using var archive = new TarReader(new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Json", "Suite", "suite.tar.gz")), CompressionMode.Decompress));
        var files = new Dictionary<string, string>();
        while (archive.GetNextEntry() is { } entry)
        {
            files[entry.Name] = new StreamReader(entry.DataStream!).ReadToEnd();
        }

        return files;
    }
}
