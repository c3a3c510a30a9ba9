using System.Globalization;
using Headrace.Compatibility;
using Headrace.Kinds;

namespace Headrace.Development;

/// <summary>The subjects of a registry for development, their versions and settings. Every method takes the lock; what changes is in the journal before it is answered.</summary>
internal sealed class RegistryStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RegistryJournal _journal;
    private readonly SortedDictionary<string, List<StoredSchema>> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<int, RegistrySchema> _byId = [];
    private readonly Dictionary<string, string> _compatibility = [];
    private readonly Dictionary<string, string> _modes = [];
    private int _lastId;

    public RegistryStore(RegistryJournal journal)
    {
        _journal = journal;
        foreach (var entry in journal.Read())
        {
            Apply(entry);
        }
    }

    public IReadOnlyList<string> Subjects(bool deleted, string prefix)
    {
        lock (_gate)
        {
            return [.. _subjects.Where(pair => SubjectName.HasPrefix(pair.Key, prefix) && pair.Value.Exists(version => deleted || !version.IsDeleted)).Select(pair => pair.Key)];
        }
    }

    public IReadOnlyList<StoredSchema> Versions(string subject, bool deleted = false)
    {
        lock (_gate)
        {
            var versions = _subjects.GetValueOrDefault(subject, []).Where(version => deleted || !version.IsDeleted).ToList();
            return versions.Count > 0 ? versions : throw RegistryRefusal.NoSubject(subject);
        }
    }

    public StoredSchema Version(string subject, string version, bool deleted = false)
    {
        var versions = Versions(subject, deleted);
        if (version is "latest" or "-1")
        {
            return versions[^1];
        }

        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? versions.FirstOrDefault(candidate => candidate.Version == number) ?? throw RegistryRefusal.NoVersion(version)
            : throw new RegistryRefusal(42202, $"The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");
    }

    public RegistrySchema ById(int id)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(id) ?? throw RegistryRefusal.NoSchema(id.ToString(CultureInfo.InvariantCulture));
        }
    }

    public (int Id, RegistrySchema Schema) ByGuid(Guid guid)
    {
        lock (_gate)
        {
            return _byId.Where(pair => SchemaGuid.Of(pair.Value) == guid).Select(pair => (pair.Key, pair.Value)).FirstOrDefault() is { Value: not null } found
                ? found
                : throw RegistryRefusal.NoSchema(guid.ToString());
        }
    }

    /// <summary>The contexts that have subjects, the default one first.</summary>
    public IReadOnlyList<string> Contexts() => [.. Subjects(deleted: false, SubjectName.All).Select(SubjectName.ContextOf).Prepend(SubjectName.DefaultContext).Distinct()];

    public IReadOnlyList<StoredSchema> VersionsOf(int id)
    {
        ById(id);
        lock (_gate)
        {
            return [.. _subjects.Values.SelectMany(versions => versions).Where(version => version.Id == id && !version.IsDeleted)];
        }
    }

    public IReadOnlyList<int> ReferencedBy(string subject, string version)
    {
        var used = Version(subject, version);
        lock (_gate)
        {
            return UsersOf(used);
        }
    }

    /// <summary>The version of a subject that has a schema.</summary>
    public StoredSchema Find(string subject, RegistrySchema schema)
    {
        lock (_gate)
        {
            var versions = Versions(subject);
            var parsed = Parse(schema);
            return versions.FirstOrDefault(version => IsSame(version, parsed)) ?? throw new RegistryRefusal(40403, "Schema not found");
        }
    }

    /// <summary>Adds a version, unless the subject has the schema; gives its id, which is the same for the same text under every subject.</summary>
    public int Register(string subject, RegistrySchema schema, ImportedPlace? place = null)
    {
        lock (_gate)
        {
            var parsed = Parse(schema);
            var all = _subjects.GetValueOrDefault(subject, []);
            if (all.Find(version => !version.IsDeleted && IsSame(version, parsed)) is { } known)
            {
                return known.Id;
            }

            if (RegistryMode.Refuses(subject, Mode(subject), imports: place is not null) is { } refusal)
            {
                throw refusal;
            }

            var next = all.Select(version => version.Version).DefaultIfEmpty(0).Max() + 1;
            if (place is { Id: var given, Version: var number })
            {
                Import(new(subject, number ?? next, given, schema));
                return given;
            }

            if (Check(subject, schema) is { Count: > 0 } faults)
            {
                throw new RegistryRefusal(409, $"Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{string.Join(", ", faults)}, {{compatibility: '{Compatibility(subject)}'}}]");
            }

            var same = _byId.Where(pair => IsOneText(pair.Value, schema)).Select(pair => pair.Key).ToList();
            var id = same.Count > 0 ? same[0] : _lastId + 1;
            Change(new() { Stored = new(subject, next, id, schema) });
            return id;
        }
    }

    /// <summary>What the subject's mode finds wrong with a schema as its next version.</summary>
    public IReadOnlyList<SchemaFault> Check(string subject, RegistrySchema schema)
    {
        lock (_gate)
        {
            var earlier = _subjects.GetValueOrDefault(subject, []).Where(version => !version.IsDeleted).Select(version => Parse(version.Schema)).ToList();
            return SchemaKinds.Check(CompatibilityNames.Parse(Compatibility(subject)), Parse(schema), earlier);
        }
    }

    /// <summary>What the subject's mode finds wrong with a schema beside one version.</summary>
    public IReadOnlyList<SchemaFault> Check(string subject, string version, RegistrySchema schema)
    {
        lock (_gate)
        {
            return SchemaKinds.Check(CompatibilityNames.Parse(Compatibility(subject)), Parse(schema), [Parse(Version(subject, version).Schema)]);
        }
    }

    /// <summary>Deletes a subject: first so that its ids stay readable, then, by <paramref name="permanent"/>, for good.</summary>
    public IReadOnlyList<int> Delete(string subject, bool permanent)
    {
        lock (_gate)
        {
            var all = Versions(subject, deleted: true);
            var versions = permanent ? all : all.Where(version => !version.IsDeleted).ToList();
            CheckWritable(subject);
            if (versions.Count == 0)
            {
                throw new RegistryRefusal(40404, $"Subject '{subject}' was soft deleted. Set permanent=true to delete permanently");
            }

            if (permanent && versions.Any(version => !version.IsDeleted))
            {
                throw new RegistryRefusal(40405, $"Subject '{subject}' was not deleted first before being permanently deleted");
            }

            foreach (var version in versions)
            {
                CheckUnused(version);
            }

            foreach (var version in versions)
            {
                Drop(version, permanent);
            }

            return [.. versions.Select(version => version.Version)];
        }
    }

    /// <summary>Deletes a version, in the same two steps.</summary>
    public int Delete(string subject, string version, bool permanent)
    {
        lock (_gate)
        {
            var stored = Version(subject, version, deleted: permanent);
            CheckWritable(subject);
            if (permanent && !stored.IsDeleted)
            {
                throw new RegistryRefusal(40407, $"Subject '{subject}' Version {stored.Version} was not deleted first before being permanently deleted");
            }

            CheckUnused(stored);
            Drop(stored, permanent);
            return stored.Version;
        }
    }

    /// <summary>The compatibility in force for a subject; the registry's for an empty name.</summary>
    public string Compatibility(string subject) => Setting(_compatibility, subject) ?? Setting(_compatibility, "") ?? "BACKWARD";

    public string? OwnCompatibility(string subject) => Setting(_compatibility, subject);

    public string Mode(string subject) => Setting(_modes, "") is RegistryMode.ReadOnlyOverride ? RegistryMode.ReadOnlyOverride : Setting(_modes, subject) ?? Setting(_modes, "") ?? RegistryMode.ReadWrite;

    public string? OwnMode(string subject) => Setting(_modes, subject);

    public void SetCompatibility(string subject, string mode)
    {
        lock (_gate)
        {
            Change(new() { Subject = subject, Compatibility = mode });
        }
    }

    /// <param name="subject">The subject; empty for the registry.</param>
    /// <param name="mode">The mode; empty for none of its own.</param>
    /// <param name="force">Imports beside what is there.</param>
    public void SetMode(string subject, string mode, bool force = false)
    {
        lock (_gate)
        {
            if (mode == RegistryMode.Import && !force && _subjects.Any(pair => (subject.Length == 0 || pair.Key == subject) && pair.Value.Exists(version => !version.IsDeleted)))
            {
                throw new RegistryRefusal(42205, "Cannot import since found existing subjects");
            }

            Change(new() { Subject = subject, Mode = mode });
        }
    }

    public void Dispose() => _journal.Dispose();

    private string? Setting(Dictionary<string, string> settings, string subject)
    {
        lock (_gate)
        {
            return settings.GetValueOrDefault(subject);
        }
    }

    private void Change(RegistryEntry entry)
    {
        _journal.Write(entry);
        Apply(entry);
    }

    private void Apply(RegistryEntry entry)
    {
        if (entry.Stored is { } stored)
        {
            _byId.TryAdd(stored.Id, stored.Schema);
            _lastId = Math.Max(_lastId, stored.Id);
            var versions = _subjects.TryGetValue(stored.Subject, out var known) ? known : _subjects[stored.Subject] = [];
            var index = versions.FindIndex(version => version.Version == stored.Version);
            if (index >= 0)
            {
                versions[index] = stored;
            }
            else
            {
                versions.Add(stored);
            }
        }

        if (entry.Erased is { } erased && _subjects.TryGetValue(erased, out var left))
        {
            left.RemoveAll(version => entry.ErasedVersion is null || version.Version == entry.ErasedVersion);
            if (left.Count == 0)
            {
                _subjects.Remove(erased);
            }
        }

        Set(_compatibility, entry.Subject, entry.Compatibility);
        Set(_modes, entry.Subject, entry.Mode);
    }

    // Somebody else's schema that uses it would not be readable any more.
    private void CheckUnused(StoredSchema version)
    {
        if (!version.IsDeleted && UsersOf(version).Count > 0)
        {
            throw new RegistryRefusal(42206, $"One or more references exist to the schema {{subject={version.Subject},version={version.Version}}}.");
        }
    }

    private void CheckWritable(string subject)
    {
        if (Mode(subject) is RegistryMode.ReadOnly or RegistryMode.ReadOnlyOverride)
        {
            throw new RegistryRefusal(42205, $"Subject '{subject}' is in {Mode(subject)} mode");
        }
    }

    private void Drop(StoredSchema version, bool permanent) =>
        Change(permanent ? new() { Erased = version.Subject, ErasedVersion = version.Version } : new() { Stored = version with { IsDeleted = true } });

    private void Import(StoredSchema version)
    {
        if (_byId.TryGetValue(version.Id, out var other) && !IsOneText(other, version.Schema))
        {
            throw new RegistryRefusal(42205, $"Overwrite new schema with id {version.Id} is not permitted.");
        }

        Change(new() { Stored = version });
    }

    private List<int> UsersOf(StoredSchema used) =>
        [.. _subjects.Values.SelectMany(versions => versions)
            .Where(user => !user.IsDeleted && user.Schema.References.Any(reference => reference.Subject == used.Subject && reference.Version == used.Version))
            .Select(user => user.Id).Distinct()];

    private static bool IsOneText(RegistrySchema one, RegistrySchema other) =>
        one.Text == other.Text && one.Type == other.Type && one.References.SequenceEqual(other.References);

    private static void Set(Dictionary<string, string> settings, string? subject, string? value)
    {
        if (subject is not null && value is { Length: > 0 })
        {
            settings[subject] = value;
        }
        else if (subject is not null && value is not null)
        {
            settings.Remove(subject);
        }
    }

    private bool IsSame(StoredSchema version, ParsedSchema schema) => version.Schema.Type == schema.Type && Parse(version.Schema).Canonical == schema.Canonical;

    private ParsedSchema Parse(RegistrySchema schema)
    {
        try
        {
            var used = new List<UsedSchema>();
            Collect(schema, used);
            return SchemaKinds.Parse(schema, used);
        }
        catch (SchemaException error)
        {
            throw RegistryRefusal.NotValid(error.Message);
        }
    }

    private void Collect(RegistrySchema schema, List<UsedSchema> used)
    {
        foreach (var reference in schema.References.Where(reference => !used.Exists(known => known.Name == reference.Name)))
        {
            var other = Version(reference.Subject, reference.Version.ToString(CultureInfo.InvariantCulture)).Schema;
            Collect(other, used);
            used.Add(new(reference.Name, other));
        }
    }
}
