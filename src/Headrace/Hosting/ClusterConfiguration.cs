using Microsoft.Extensions.Configuration;

namespace Headrace.Hosting;

/// <summary>Reads a cluster's section and connection string over what code says.</summary>
internal sealed class ClusterConfiguration
{
    private readonly string _cluster;
    private readonly IReadOnlyCollection<string> _groups;
    private readonly List<string> _faults;
    private readonly SettingsReader _reader;
    private readonly ClusterOptions _configured = new();

    private ClusterConfiguration(string cluster, IReadOnlyCollection<string> groups, List<string> faults) =>
        (_cluster, _groups, _faults, _reader) = (cluster, groups, faults, new(faults));

    /// <summary>The section of a cluster: its name, capitalized as in <c>Kafka</c>. Configuration does not tell the cases apart.</summary>
    public static string SectionOf(string cluster) => char.ToUpperInvariant(cluster[0]) + cluster[1..];

    /// <summary>The settings in force; what is wrong with them is added to the faults. A group in the section that is not among the groups is one.</summary>
    public static ClusterSettings Read(
        string cluster, ClusterOptions code, IConfiguration configuration, IReadOnlyCollection<string> groups, bool isDevelopment, List<string> faults)
    {
        var reading = new ClusterConfiguration(cluster, groups, faults);
        reading.ReadSection(configuration.GetSection(SectionOf(cluster)));
        var settings = new ClusterSettings(cluster, code, reading.Address(configuration), reading._configured, isDevelopment);
        reading.CheckAddress(settings);
        reading.CheckWebhook(settings);
        return settings;
    }

    private Dictionary<string, string> Address(IConfiguration configuration) =>
        configuration.GetConnectionString(_cluster) is { Length: > 0 } address ? new() { [ClusterSettings.BootstrapServers] = address } : [];

    private void CheckAddress(ClusterSettings settings)
    {
        if (settings.Address.Length == 0)
        {
            _faults.Add($"Cluster '{_cluster}' has no address, so nothing can be consumed or produced. Set ConnectionStrings:{_cluster} "
                + $"(environment: ConnectionStrings__{_cluster}) or {SectionOf(_cluster)}:Client:{ClusterSettings.BootstrapServers} to host:port[,host:port].");
        }
    }

    private void CheckWebhook(ClusterSettings settings)
    {
        if (settings.DeadLetterWebhook is { } webhook && !(Uri.TryCreate(webhook, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            _faults.Add($"{SectionOf(_cluster)}:DeadLetterWebhook is '{webhook}'. It has to be an address that begins with http:// or https://.");
        }
    }

    private void ReadSection(IConfigurationSection section) => _reader.Read(section, new Dictionary<string, Action<IConfigurationSection>>
    {
        ["Client"] = client => SettingsReader.ReadVerbatim(client, _configured.Client),
        ["Consumer"] = consumer => SettingsReader.ReadVerbatim(consumer, _configured.Consumer),
        ["Producer"] = producer => SettingsReader.ReadVerbatim(producer, _configured.Producer),
        ["MissingTopics"] = value => _configured.MissingTopics = _reader.OneOf<MissingTopics>(value),
        ["RaiseThreadPool"] = value => _configured.RaiseThreadPool = _reader.YesOrNo(value),
        ["DeadLetterWebhook"] = value => _configured.DeadLetterWebhook = value.Value,
        ["Groups"] = ReadGroups,
        ["Topics"] = topics => Each(topics, ReadTopic),
        // Read by the package that has the registry's client.
        ["SchemaRegistry"] = static _ => { },
    });

    private void ReadGroups(IConfigurationSection groups) => Each(groups, group =>
    {
        var name = _groups.FirstOrDefault(known => known.Equals(group.Key, StringComparison.OrdinalIgnoreCase));
        if (name is null)
        {
            _faults.Add($"{group.Path} configures a group that this application does not map. "
                + $"Correct its name, map it with MapConsumerGroup, or remove it.{NearestName.Hint(group.Key, _groups)}");
            return;
        }

        ReadGroup(group, _configured.Groups[name] = new());
    });

    private void ReadGroup(IConfigurationSection section, GroupOptions group) => _reader.Read(section, new Dictionary<string, Action<IConfigurationSection>>
    {
        ["Workers"] = value => group.Workers = _reader.Number(value),
        ["Paused"] = value => group.Paused = _reader.YesOrNo(value),
        ["LookAheadRecords"] = value => group.LookAheadRecords = _reader.Number(value),
        ["LookAheadBytes"] = value => group.LookAheadBytes = _reader.LongNumber(value),
        ["CommitInterval"] = value => group.CommitInterval = _reader.Duration(value),
        ["RevokeDrain"] = value => group.RevokeDrain = _reader.Duration(value),
        ["TopicRefresh"] = value => group.TopicRefresh = _reader.Duration(value),
        ["StaticMember"] = value => group.StaticMember = _reader.YesOrNo(value),
        ["OffsetMapBytes"] = value => group.OffsetMapBytes = _reader.Number(value, atLeast: 0),
        ["TrustMapsWithoutEpoch"] = value => group.TrustMapsWithoutEpoch = _reader.YesOrNo(value),
        ["Failures"] = failures => group.Failures = FailureSettings.Read(failures, _reader),
        ["Client"] = client => SettingsReader.ReadVerbatim(client, group.Client),
    });

    private void ReadTopic(IConfigurationSection section)
    {
        var topic = _configured.Topics[section.Key] = new();
        _reader.Read(section, new Dictionary<string, Action<IConfigurationSection>>
        {
            ["Partitions"] = value => topic.Partitions = _reader.Number(value),
            ["ReplicationFactor"] = value => topic.ReplicationFactor = (short?)_reader.LongNumber(value, atMost: short.MaxValue),
            ["Settings"] = settings => SettingsReader.ReadVerbatim(settings, topic.Settings),
        });
    }

    private static void Each(IConfigurationSection section, Action<IConfigurationSection> read)
    {
        foreach (var child in section.GetChildren())
        {
            read(child);
        }
    }
}
