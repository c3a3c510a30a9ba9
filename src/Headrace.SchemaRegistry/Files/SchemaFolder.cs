using System.Text.Json;
using Headrace.Kinds;

namespace Headrace;

/// <summary>
/// Schemas as files, a subject each, for builds and reviews: <c>orders-value.avsc</c>, <c>.schema.json</c> or <c>.proto</c>. What a schema uses stands beside
/// it in <c>orders-value.references.json</c>, by subject.
/// </summary>
public sealed class SchemaFolder
{
    private const string References = ".references.json";

    private static readonly IReadOnlyDictionary<string, string> Endings = new Dictionary<string, string> { ["AVRO"] = ".avsc", ["JSON"] = ".schema.json", ["PROTOBUF"] = ".proto" };

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        MaxDepth = 256,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The files of a folder. It is made when something is written.</summary>
    public SchemaFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>All schemas, by subject.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file's references are none.</exception>
    public IReadOnlyDictionary<string, RegistrySchema> Read()
    {
        var schemas = new SortedDictionary<string, RegistrySchema>(StringComparer.Ordinal);
        foreach (var (type, ending) in Endings)
        {
            foreach (var file in Directory.EnumerateFiles(Path, $"*{ending}"))
            {
                var subject = Uri.UnescapeDataString(System.IO.Path.GetFileName(file)[..^ending.Length]);
                schemas[subject] = new(File.ReadAllText(file), type) { References = ReadReferences(subject) };
            }
        }

        return schemas;
    }

    /// <summary>Writes a subject's schema, in place of the one that is there. The text is laid out for reading where its kind is JSON.</summary>
    public void Write(string subject, RegistrySchema schema)
    {
        Directory.CreateDirectory(Path);
        foreach (var ending in Endings.Values.Append(References))
        {
            File.Delete(FileOf(subject, ending));
        }

        var own = Endings.TryGetValue(schema.Type, out var known) ? known : throw new ArgumentException($"{schema.Type} is no kind of schema that has files.", nameof(schema));
        File.WriteAllText(FileOf(subject, own), schema.Type == "PROTOBUF" ? schema.Text : Indented(schema.Text));
        if (schema.References.Count > 0)
        {
            File.WriteAllText(FileOf(subject, References), JsonSerializer.Serialize(schema.References, Format) + '\n');
        }
    }

    /// <summary>Reads a schema with all that it uses out of the same folder.</summary>
    internal static ParsedSchema Parse(string subject, IReadOnlyDictionary<string, RegistrySchema> all)
    {
        try
        {
            var used = new List<UsedSchema>();
            Collect(all[subject], all, used);
            return SchemaKinds.Parse(all[subject], used);
        }
        catch (SchemaException error)
        {
            throw new InvalidDataException($"The schema of '{subject}' cannot be read: {error.Message}", error);
        }
    }

    private static void Collect(RegistrySchema schema, IReadOnlyDictionary<string, RegistrySchema> all, List<UsedSchema> used)
    {
        foreach (var reference in schema.References)
        {
            if (!used.Exists(known => known.Name == reference.Name))
            {
                var other = all.TryGetValue(reference.Subject, out var found) ? found : throw new SchemaException($"it uses '{reference.Name}' of the subject '{reference.Subject}', which has no file beside it. Pull or export that subject too.");
                Collect(other, all, used);
                used.Add(new(reference.Name, other));
            }
        }
    }

    private SchemaReference[] ReadReferences(string subject)
    {
        var file = FileOf(subject, References);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<SchemaReference[]>(File.ReadAllText(file), Format) ?? [] : [];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file} is no list of references: {error.Message}", error);
        }
    }

    // Laid out, but not written anew: numbers and texts stay as they are.
    private static string Indented(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = 256 });
            return JsonSerializer.Serialize(document.RootElement, Format) + '\n';
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private string FileOf(string subject, string ending) => System.IO.Path.Combine(Path, Uri.EscapeDataString(subject) + ending);
}
