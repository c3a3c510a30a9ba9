using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headrace.Broker.Tests.Wire;

/// <summary>Kafka's own definitions of its messages, out of the clients library of an Apache Kafka that happens to be at hand.</summary>
internal sealed partial class KafkaDefinitions
{
    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly Dictionary<string, JsonElement> _messages = [];

    private KafkaDefinitions(string library)
    {
        using var archive = ZipFile.OpenRead(library);
        foreach (var entry in archive.Entries.Where(entry => entry.FullName.StartsWith("common/message/", StringComparison.Ordinal) && entry.Name.EndsWith(".json", StringComparison.Ordinal)))
        {
            using var stream = entry.Open();
            var message = JsonDocument.Parse(stream, Json).RootElement;
            _messages[message.GetProperty("name").GetString()!] = message;
        }
    }

    public static KafkaDefinitions? Find()
    {
        var home = Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); home is null && folder is not null; folder = folder.Parent)
        {
            var sibling = Path.Combine(folder.FullName, "shared", "kafka");
            home = Directory.Exists(sibling) ? sibling : null;
        }

        var library = home is null ? null : Directory.EnumerateFiles(home, "kafka-clients-*.jar", SearchOption.AllDirectories).FirstOrDefault();
        return library is null ? null : new KafkaDefinitions(library);
    }

    public int FirstFlexible(string name) => Lowest(_messages[name].GetProperty("flexibleVersions").GetString()!) ?? int.MaxValue;

    public List<string> FieldsOf(string name, int version)
    {
        var fields = new List<string>();
        Walk(_messages[name], _messages[name].GetProperty("fields"), version, version >= FirstFlexible(name), fields);
        return fields;
    }

    private static void Walk(JsonElement message, JsonElement definitions, int version, bool flexible, List<string> fields)
    {
        foreach (var field in definitions.EnumerateArray())
        {
            var isTagged = field.TryGetProperty("taggedVersions", out var tagged) && Contains(tagged.GetString()!, version);
            if (Contains(field.GetProperty("versions").GetString()!, version) && !isTagged)
            {
                Add(message, field, version, flexible, fields);
            }
        }

        if (flexible)
        {
            fields.Add("tags");
        }
    }

    private static void Add(JsonElement message, JsonElement field, int version, bool flexible, List<string> fields)
    {
        var type = field.GetProperty("type").GetString()!;
        var mark = field.TryGetProperty("nullableVersions", out var nullable) && Contains(nullable.GetString()!, version) ? "?" : "";
        var element = type.StartsWith("[]", StringComparison.Ordinal) ? type[2..] : type;
        if (!char.IsUpper(element[0]))
        {
            fields.Add(type == "records" ? type : type + mark);
            return;
        }

        if (element == type && mark.Length == 0)
        {
            // A structure that is always there leaves no trace of its own.
            Walk(message, StructureOf(message, field, element), version, flexible, fields);
            return;
        }

        fields.Add((element == type ? "{" : "[") + mark);
        Walk(message, StructureOf(message, field, element), version, flexible, fields);
        fields.Add(element == type ? "}" : "]");
    }

    private static JsonElement StructureOf(JsonElement message, JsonElement field, string name) => field.TryGetProperty("fields", out var own)
        ? own
        : message.GetProperty("commonStructs").EnumerateArray().First(one => one.GetProperty("name").GetString() == name).GetProperty("fields");

    private static bool Contains(string range, int version)
    {
        var match = Range().Match(range);
        return match.Success
            && version >= int.Parse(match.Groups["low"].Value)
            && (match.Groups["open"].Success || version <= int.Parse(match.Groups["high"].Success ? match.Groups["high"].Value : match.Groups["low"].Value));
    }

    private static int? Lowest(string range) => Range().Match(range) is { Success: true } match ? int.Parse(match.Groups["low"].Value) : null;

    [GeneratedRegex(@"^(?<low>\d+)((?<open>\+)|-(?<high>\d+))?$")]
    private static partial Regex Range();
}
