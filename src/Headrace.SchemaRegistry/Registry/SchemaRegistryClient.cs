using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Headrace.Compatibility;
using Headrace.Registry;

namespace Headrace;

/// <summary>
/// A client of a schema registry with Confluent's API. What it has seen by id it remembers: that works on when the registry is away. Safe for many threads.
/// Methods throw <see cref="SchemaRegistryException"/> when the registry refuses or does not answer.
/// </summary>
public sealed class SchemaRegistryClient : IDisposable
{
    private readonly RegistryTransport _transport;
    // What is known is a finished task, so that to ask for it costs one look into the dictionary.
    private readonly ConcurrentDictionary<int, Task<RegisteredSchema>> _known = new();
    private readonly ConcurrentDictionary<int, Lazy<Task<RegisteredSchema>>> _asked = new();
    private readonly ConcurrentDictionary<(string Subject, RegistrySchema Schema), int> _ids = new();

    /// <summary>A client; it connects when it is asked something.</summary>
    /// <exception cref="ArgumentException">The address is missing or no address.</exception>
    public SchemaRegistryClient(SchemaRegistryOptions options, TimeProvider? time = null) => _transport = new(options, time ?? TimeProvider.System);

    /// <summary>Where the registry is.</summary>
    public string Address => _transport.Address;

    /// <summary>The schema of an id. Asked for once, however many ask at the same time; remembered for good.</summary>
    public Task<RegisteredSchema> GetAsync(int id, CancellationToken cancellation = default) =>
        _known.TryGetValue(id, out var known) ? known : Look(id).WaitAsync(cancellation);

    /// <summary>The schema of a GUID, which is the same in every registry that offers them (Confluent's, from 8.0); with its id in this one.</summary>
    public async Task<RegisteredSchema> GetAsync(Guid guid, CancellationToken cancellation = default)
    {
        var ids = await AskAsync(HttpMethod.Get, $"schemas/guids/{guid}/ids", cancellation);
        var id = ids!.AsArray().Where(entry => (string?)entry!["context"] is null or ".").Select(entry => (int?)entry!["id"]).FirstOrDefault()
            ?? throw new SchemaRegistryException($"The schema registry at {Address} has the schema {guid} in other contexts only. Put the context's path before the API into SchemaRegistry:Url.", 404);
        return await GetAsync(id, cancellation);
    }

    /// <summary>The schema of an id that is known already; <see langword="null"/> without asking anybody when it is not.</summary>
    public RegisteredSchema? Find(int id) => _known.TryGetValue(id, out var known) ? known.Result : null;

    /// <summary>A version of a subject; its latest when none is given.</summary>
    public async Task<RegisteredSchema> GetAsync(string subject, int? version = null, CancellationToken cancellation = default) =>
        Remember(Registered((await AskAsync(HttpMethod.Get, $"{Subject(subject)}/versions/{Version(version)}", cancellation))!));

    /// <summary>The names of all subjects.</summary>
    public async Task<IReadOnlyList<string>> GetSubjectsAsync(CancellationToken cancellation = default) => Texts(await AskAsync(HttpMethod.Get, "subjects", cancellation));

    /// <summary>The versions of a subject, the oldest first.</summary>
    public async Task<IReadOnlyList<int>> GetVersionsAsync(string subject, CancellationToken cancellation = default) =>
        [.. (await AskAsync(HttpMethod.Get, $"{Subject(subject)}/versions", cancellation))!.AsArray().Select(version => (int)version!)];

    /// <summary>The names of the registry's contexts. The subjects of one are called <c>:.context:subject</c>.</summary>
    public async Task<IReadOnlyList<string>> GetContextsAsync(CancellationToken cancellation = default) => Texts(await AskAsync(HttpMethod.Get, "contexts", cancellation));

    /// <summary>Registers a schema under a subject and gives its id; one that is there already keeps its own.</summary>
    public async Task<int> RegisterAsync(string subject, RegistrySchema schema, CancellationToken cancellation = default)
    {
        if (!_ids.TryGetValue((subject, schema), out var id))
        {
            id = (int)(await _transport.SendAsync(HttpMethod.Post, $"{Subject(subject)}/versions", Body(schema), cancellation))!["id"]!;
            _ids[(subject, schema)] = id;
        }

        return id;
    }

    /// <summary>Finds a schema among the versions of a subject; <see langword="null"/> when it is not there.</summary>
    public async Task<RegisteredSchema?> FindAsync(string subject, RegistrySchema schema, CancellationToken cancellation = default)
    {
        try
        {
            var found = Registered((await _transport.SendAsync(HttpMethod.Post, Subject(subject), Body(schema), cancellation))!);
            // Some registries leave kind and references out here: they are what was asked for.
            return Remember(found with { Schema = found.Schema with { Type = schema.Type, References = schema.References } });
        }
        catch (SchemaRegistryException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Why a schema could not become the next version of a subject, in the registry's words; empty when it could.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(string subject, RegistrySchema schema, CancellationToken cancellation = default)
    {
        try
        {
            var answer = await _transport.SendAsync(HttpMethod.Post, $"compatibility/{Subject(subject)}/versions?verbose=true", Body(schema), cancellation);
            return (bool)answer!["is_compatible"]! ? []
                : answer["messages"] is JsonArray { Count: > 0 } messages ? [.. messages.Select(message => (string)message!)]
                : [$"it breaks {subject}'s compatibility"];
        }
        catch (SchemaRegistryException error) when (error.IsNotFound)
        {
            return [];
        }
    }

    /// <summary>What a subject demands of new versions; the registry's default when no subject is given or it has no own mode.</summary>
    public async Task<SchemaCompatibility> GetCompatibilityAsync(string? subject = null, CancellationToken cancellation = default)
    {
        var answer = await AskAsync(HttpMethod.Get, subject is null ? "config" : $"config/{Escape(subject)}?defaultToGlobal=true", cancellation);
        var text = (string)answer!["compatibilityLevel"]!;
        return CompatibilityNames.TryParse(text, out var mode) ? mode : throw new SchemaRegistryException($"The schema registry answered with the compatibility '{text}', which is none.", 422);
    }

    /// <summary>Changes what a subject demands of new versions, or the registry's default.</summary>
    public Task SetCompatibilityAsync(SchemaCompatibility mode, string? subject = null, CancellationToken cancellation = default) =>
        _transport.SendAsync(HttpMethod.Put, subject is null ? "config" : $"config/{Escape(subject)}", new() { ["compatibility"] = CompatibilityNames.Of(mode) }, cancellation);

    /// <summary>Whether schemas may be registered: <c>READWRITE</c>, <c>READONLY</c> or <c>IMPORT</c>; of one subject or of the registry.</summary>
    public async Task<string> GetModeAsync(string? subject = null, CancellationToken cancellation = default) =>
        (string)(await AskAsync(HttpMethod.Get, subject is null ? "mode" : $"mode/{Escape(subject)}?defaultToGlobal=true", cancellation))!["mode"]!;

    /// <summary>Takes away what a subject demands itself, so that the registry's default holds again; the registry's own when no subject is given.</summary>
    public Task ResetCompatibilityAsync(string? subject = null, CancellationToken cancellation = default) =>
        AskAsync(HttpMethod.Delete, subject is null ? "config" : $"config/{Escape(subject)}", cancellation);

    /// <summary>Changes whether schemas may be registered.</summary>
    public Task SetModeAsync(string mode, string? subject = null, CancellationToken cancellation = default) =>
        _transport.SendAsync(HttpMethod.Put, subject is null ? "mode" : $"mode/{Escape(subject)}", new() { ["mode"] = mode }, cancellation);

    /// <summary>Takes away a subject's own mode, so that the registry's holds again.</summary>
    public Task ResetModeAsync(string subject, CancellationToken cancellation = default) => AskAsync(HttpMethod.Delete, $"mode/{Escape(subject)}", cancellation);

    /// <summary>Deletes a subject, so that its schemas are no longer found by it; their ids stay readable.</summary>
    public Task DeleteAsync(string subject, CancellationToken cancellation = default) => AskAsync(HttpMethod.Delete, Subject(subject), cancellation);

    /// <summary>Closes its connections.</summary>
    public void Dispose() => _transport.Dispose();

    // One request for each id: whoever loses the race to enter it waits for the winner's. Nobody's cancellation ends it, because others may wait for it;
    // its time-outs do. One that failed is forgotten and asked for again.
    private Task<RegisteredSchema> Look(int id) => _asked.GetOrAdd(id, static (key, client) => new(() => client.LookAsync(key)), this).Value;

    private async Task<RegisteredSchema> LookAsync(int id)
    {
        try
        {
            return Remember(new(id, Schema((await AskAsync(HttpMethod.Get, $"schemas/ids/{id}", CancellationToken.None))!)));
        }
        catch
        {
            _asked.TryRemove(id, out _);
            throw;
        }
    }

    private RegisteredSchema Remember(RegisteredSchema schema)
    {
        _known.TryAdd(schema.Id, Task.FromResult(schema));
        return schema;
    }

    private Task<JsonNode?> AskAsync(HttpMethod method, string path, CancellationToken cancellation) => _transport.SendAsync(method, path, null, cancellation);

    private static RegisteredSchema Registered(JsonNode answer) => new((int)answer["id"]!, Schema(answer)) { Subject = (string?)answer["subject"], Version = (int?)answer["version"] ?? 0 };

    private static RegistrySchema Schema(JsonNode answer) => new((string)answer["schema"]!, (string?)answer["schemaType"] ?? "AVRO")
    {
        References = answer["references"] is JsonArray references
            ? [.. references.Select(reference => new SchemaReference((string)reference!["name"]!, (string)reference["subject"]!, (int)reference["version"]!))]
            : [],
    };

    private static JsonObject Body(RegistrySchema schema)
    {
        var body = new JsonObject { ["schema"] = schema.Text };
        if (schema.Type != "AVRO")
        {
            body["schemaType"] = schema.Type;
        }

        if (schema.References.Count > 0)
        {
            body["references"] = new JsonArray([.. schema.References.Select(reference =>
                new JsonObject { ["name"] = reference.Name, ["subject"] = reference.Subject, ["version"] = reference.Version })]);
        }

        return body;
    }

    private static string Version(int? version) => version?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "latest";

    private static string Subject(string subject) => $"subjects/{Escape(subject)}";

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static IReadOnlyList<string> Texts(JsonNode? answer) => [.. answer!.AsArray().Select(text => (string)text!)];
}
