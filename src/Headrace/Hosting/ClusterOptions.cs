namespace Headrace;

/// <summary>
/// What code says about a cluster. The configuration section of the cluster's name has the same shape and wins. Names of client settings are the
/// client library's; <c>sasl.password</c>, <c>sasl_password</c> and <c>SaslPassword</c> are one name.
/// </summary>
public sealed class ClusterOptions
{
    /// <summary>Settings of every client: brokers, security and the like.</summary>
    public IDictionary<string, string> Client { get; } = new Dictionary<string, string>();

    /// <summary>Settings of consumers, over <see cref="Client"/>.</summary>
    public IDictionary<string, string> Consumer { get; } = new Dictionary<string, string>();

    /// <summary>Settings of producers, over <see cref="Client"/>.</summary>
    public IDictionary<string, string> Producer { get; } = new Dictionary<string, string>();

    /// <summary>What happens when a topic does not exist. Default: <see cref="MissingTopics.Wait"/>; in Development <see cref="MissingTopics.Create"/>.</summary>
    public MissingTopics? MissingTopics { get; set; }

    /// <summary>Whether the thread pool's minimum is raised to the workers of all groups, at most 1,000, at the start and when workers are added, for handlers that block after an await. Default: yes.</summary>
    public bool? RaiseThreadPool { get; set; }

    /// <summary>
    /// Where it is posted, as JSON, that dead letters wait: within seconds of the first, every hour while there are any, and once when there are none any more. Default: nowhere. Another way
    /// than HTTP is an <see cref="IDeadLetterNotifier"/> among the services.
    /// </summary>
    public string? DeadLetterWebhook { get; set; }

    /// <summary>Consumer groups by name.</summary>
    public IDictionary<string, GroupOptions> Groups { get; } = new Dictionary<string, GroupOptions>(StringComparer.Ordinal);

    /// <summary>Topics by name.</summary>
    public IDictionary<string, TopicOptions> Topics { get; } = new Dictionary<string, TopicOptions>(StringComparer.Ordinal);
}
