using Headrace.Kinds;

namespace Headrace;

/// <summary>Compares schemas to come, in files, with those in use, in files or in a registry; and moves them between the two. What the <c>headrace schemas</c> commands do.</summary>
public static class SchemaComparison
{
    /// <summary>Compares two folders, without a registry: the one in use is kept beside the code.</summary>
    /// <param name="next">The schemas to come.</param>
    /// <param name="inUse">The schemas in use.</param>
    /// <param name="mode">The mode to judge by.</param>
    /// <exception cref="InvalidDataException">A file is no schema.</exception>
    public static IReadOnlyList<SchemaVerdict> Compare(SchemaFolder next, SchemaFolder inUse, SchemaCompatibility mode = SchemaCompatibility.Backward)
    {
        var (coming, used) = (next.Read(), inUse.Read());
        return [.. coming.Keys.Union(used.Keys).Order(StringComparer.Ordinal).Select(subject =>
            !coming.ContainsKey(subject) ? new(subject, SchemaChange.Gone, mode, [], [])
            : Judge(subject, SchemaFolder.Parse(subject, coming), used.ContainsKey(subject) ? [SchemaFolder.Parse(subject, used)] : [], mode))];
    }

    /// <summary>Compares a folder with a registry: every version that a subject's mode asks for.</summary>
    /// <param name="next">The schemas to come.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="mode">The mode to judge by; <see langword="null"/> is that of each subject.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidDataException">A file, or a schema in the registry, is no schema.</exception>
    /// <exception cref="SchemaRegistryException">The registry is away, or refuses.</exception>
    public static async Task<IReadOnlyList<SchemaVerdict>> CompareAsync(SchemaFolder next, SchemaRegistryClient registry, SchemaCompatibility? mode = null, CancellationToken cancellation = default)
    {
        var coming = next.Read();
        var verdicts = new List<SchemaVerdict>();
        foreach (var subject in coming.Keys)
        {
            var earlier = await EarlierAsync(registry, subject, cancellation);
            verdicts.Add(Judge(subject, SchemaFolder.Parse(subject, coming), earlier, mode ?? await registry.GetCompatibilityAsync(subject, cancellation)));
        }

        return verdicts;
    }

    /// <summary>Writes the latest schemas of a registry to a folder; gives the subjects.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="folder">Where they go.</param>
    /// <param name="prefix">Only subjects that begin with this. What their schemas use comes with them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<IReadOnlyList<string>> PullAsync(SchemaRegistryClient registry, SchemaFolder folder, string prefix = "", CancellationToken cancellation = default)
    {
        var waiting = new Queue<string>((await registry.GetSubjectsAsync(cancellation)).Where(subject => subject.StartsWith(prefix, StringComparison.Ordinal)));
        var written = new SortedSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var subject))
        {
            if (written.Add(subject))
            {
                var schema = (await registry.GetAsync(subject, cancellation: cancellation)).Schema;
                folder.Write(subject, schema);
                foreach (var reference in schema.References)
                {
                    waiting.Enqueue(reference.Subject);
                }
            }
        }

        return [.. written];
    }

    /// <summary>Registers the schemas of a folder, those first that others use; gives the versions.</summary>
    /// <exception cref="SchemaRegistryException">The registry is away, or does not accept one; those before it are registered.</exception>
    public static async Task<IReadOnlyList<RegisteredSchema>> RegisterAsync(SchemaFolder folder, SchemaRegistryClient registry, CancellationToken cancellation = default)
    {
        var all = folder.Read();
        var done = new Dictionary<string, RegisteredSchema>();
        foreach (var subject in all.Keys)
        {
            await RegisterAsync(subject, all, registry, done, cancellation);
        }

        return [.. done.Values];
    }

    private static async Task<int> RegisterAsync(string subject, IReadOnlyDictionary<string, RegistrySchema> all, SchemaRegistryClient registry, Dictionary<string, RegisteredSchema> done, CancellationToken cancellation)
    {
        if (done.TryGetValue(subject, out var known))
        {
            return known.Version;
        }

        // Reads it too, so that one that is no schema, or uses itself, ends here.
        SchemaFolder.Parse(subject, all);
        var references = new List<SchemaReference>();
        foreach (var reference in all[subject].References)
        {
            references.Add(reference with { Version = await RegisterAsync(reference.Subject, all, registry, done, cancellation) });
        }

        var schema = all[subject] with { References = references };
        var id = await registry.RegisterAsync(subject, schema, cancellation);
        done[subject] = (await registry.FindAsync(subject, schema, cancellation) ?? new(id, schema)) with { Subject = subject };
        return done[subject].Version;
    }

    private static SchemaVerdict Judge(string subject, ParsedSchema next, IReadOnlyList<ParsedSchema> earlier, SchemaCompatibility mode)
    {
        if (earlier.Count == 0)
        {
            return new(subject, SchemaChange.New, mode, [], []);
        }

        if (earlier[^1].Type == next.Type && earlier[^1].Canonical == next.Canonical)
        {
            return new(subject, SchemaChange.Same, mode, [], []);
        }

        var faults = SchemaKinds.Check(mode, next, earlier);
        return new(subject, faults.Count == 0 ? SchemaChange.Compatible : SchemaChange.Incompatible, mode, faults, earlier[^1].Type == next.Type ? next.Lint(earlier[^1]) : []);
    }

    private static async Task<IReadOnlyList<ParsedSchema>> EarlierAsync(SchemaRegistryClient registry, string subject, CancellationToken cancellation)
    {
        try
        {
            var earlier = new List<ParsedSchema>();
            foreach (var version in await registry.GetVersionsAsync(subject, cancellation))
            {
                earlier.Add(await registry.ParseAsync((await registry.GetAsync(subject, version, cancellation)).Schema, cancellation));
            }

            return earlier;
        }
        catch (SchemaRegistryException error) when (error.IsNotFound)
        {
            return [];
        }
        catch (SchemaException error)
        {
            throw new InvalidDataException($"A schema of '{subject}' in the registry cannot be read: {error.Message}", error);
        }
    }
}
