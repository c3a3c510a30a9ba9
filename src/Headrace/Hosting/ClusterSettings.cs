namespace Headrace.Hosting;

/// <summary>The settings of a cluster in force: code, then the connection string, then the section, the later winning.</summary>
internal sealed class ClusterSettings
{
    public const string BootstrapServers = "bootstrap.servers";

    private readonly ClusterOptions _code;
    private readonly Dictionary<string, string> _address;
    private readonly ClusterOptions _configured;

    public ClusterSettings(string cluster, ClusterOptions code, Dictionary<string, string> address, ClusterOptions configured, bool isDevelopment)
    {
        (Cluster, _code, _address, _configured) = (cluster, code, address, configured);
        RaiseThreadPool = configured.RaiseThreadPool ?? code.RaiseThreadPool ?? true;
        DeadLetterWebhook = configured.DeadLetterWebhook ?? code.DeadLetterWebhook;
        MissingTopics = configured.MissingTopics ?? code.MissingTopics ?? (isDevelopment ? MissingTopics.Create : MissingTopics.Wait);
    }

    public string Cluster { get; }

    public MissingTopics MissingTopics { get; }

    public bool RaiseThreadPool { get; }

    /// <summary>Where alerts are posted; <see langword="null"/> for nowhere.</summary>
    public string? DeadLetterWebhook { get; }

    /// <summary>The brokers' addresses; empty when none is set.</summary>
    public string Address => Admin.GetValueOrDefault(BootstrapServers, "");

    public IReadOnlyDictionary<string, string> Admin => ClientLayers.Merge(_code.Client, _address, _configured.Client);

    public IReadOnlyDictionary<string, string> Producer =>
        ClientLayers.Merge(_code.Client, _code.Producer, _address, _configured.Client, _configured.Producer);

    /// <summary>Topics that code or configuration describe.</summary>
    public IEnumerable<string> DescribedTopics => _code.Topics.Keys.Union(_configured.Topics.Keys);

    public IReadOnlyDictionary<string, string> Consumer(string group) => ClientLayers.Merge(
        _code.Client, _code.Consumer, CodeGroup(group).Client, _address, _configured.Client, _configured.Consumer, ConfiguredGroup(group).Client);

    public GroupOptions Group(string name)
    {
        var (code, configured) = (CodeGroup(name), ConfiguredGroup(name));
        return new()
        {
            Workers = configured.Workers ?? code.Workers,
            Paused = configured.Paused ?? code.Paused,
            LookAheadRecords = configured.LookAheadRecords ?? code.LookAheadRecords,
            LookAheadBytes = configured.LookAheadBytes ?? code.LookAheadBytes,
            CommitInterval = configured.CommitInterval ?? code.CommitInterval,
            RevokeDrain = configured.RevokeDrain ?? code.RevokeDrain,
            TopicRefresh = configured.TopicRefresh ?? code.TopicRefresh,
            StaticMember = configured.StaticMember ?? code.StaticMember,
            OffsetMapBytes = configured.OffsetMapBytes ?? code.OffsetMapBytes,
            TrustMapsWithoutEpoch = configured.TrustMapsWithoutEpoch ?? code.TrustMapsWithoutEpoch,
        };
    }

    /// <summary>What is configured of a group's failures, the most telling last.</summary>
    public IEnumerable<FailureOptions> Failures(string group)
    {
        foreach (var options in new[] { CodeGroup(group).Failures, ConfiguredGroup(group).Failures })
        {
            if (options is not null)
            {
                yield return options;
            }
        }
    }

    /// <summary>How a topic is created when it does not exist.</summary>
    public TopicDefinition Topic(string name)
    {
        var (code, configured) = (_code.Topics.TryGetValue(name, out var said) ? said : new(), ConfiguredTopic(name));
        return new(name, configured.Partitions ?? code.Partitions ?? -1, configured.ReplicationFactor ?? code.ReplicationFactor ?? -1)
        {
            Settings = new Dictionary<string, string>(code.Settings.Concat(configured.Settings).GroupBy(pair => pair.Key).Select(pairs => pairs.Last())),
        };
    }

    private TopicOptions ConfiguredTopic(string name) => _configured.Topics.TryGetValue(name, out var topic) ? topic : new();

    private GroupOptions CodeGroup(string name) => _code.Groups.TryGetValue(name, out var group) ? group : new();

    private GroupOptions ConfiguredGroup(string name) => _configured.Groups.TryGetValue(name, out var group) ? group : new();
}
