using System.Collections.Concurrent;
using Headrace.Kinds;

namespace Headrace.Formats;

/// <summary>The parsed schemas by their ids. One that is not known yet is fetched beside the records, which wait for it.</summary>
internal sealed class KnownSchemas(SchemaRegistryClient registry, string kind)
{
    private readonly ConcurrentDictionary<int, Lazy<Task<ParsedSchema>>> _byId = new();

    /// <exception cref="FormatUnavailableException">It is on its way, or the registry is away.</exception>
    /// <exception cref="MessageFormatException">The registry does not know it, or it is of another kind.</exception>
    public ParsedSchema Get(int id)
    {
        var look = _byId.GetOrAdd(id, static (key, schemas) => new(() => schemas.FetchAsync(key)), this);
        var fetching = look.Value;
        if (fetching.IsCompletedSuccessfully)
        {
            return fetching.Result;
        }

        if (!fetching.IsCompleted)
        {
            throw new FormatUnavailableException($"The schema {id} is not known yet: the registry at {registry.Address} is asked for it.", fetching);
        }

        // Whoever comes next asks again.
        _byId.TryRemove(new(id, look));
        throw fetching.Exception?.InnerException switch
        {
            SchemaRegistryException { IsAway: true } away => new FormatUnavailableException($"The schema {id} is not known, and {Lower(away.Message)}", null, away),
            SchemaRegistryException { IsNotFound: true } unknown => new MessageFormatException($"The value says that its schema is {id}, which the registry at {registry.Address} does not have.", unknown),
            SchemaRegistryException refused => new FormatUnavailableException($"The schema {id} is not known, and {Lower(refused.Message)}", null, refused),
            var other => new MessageFormatException($"The value's schema {id} cannot be used: {other?.Message}", other),
        };
    }

    private async Task<ParsedSchema> FetchAsync(int id)
    {
        var schema = (await registry.GetAsync(id)).Schema;
        if (schema.Type != kind)
        {
            throw new MessageFormatException($"it is of the kind {schema.Type}, not {kind}.");
        }

        return await registry.ParseAsync(schema, CancellationToken.None);
    }

    private static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];
}
