namespace Headrace.Broker.Groups;

/// <summary>What a coordinator may be told. Where the defaults are not Kafka's, the comment says so.</summary>
internal sealed class GroupSettings
{
    /// <summary><c>group.initial.rebalance.delay.ms</c>; 3 s in Kafka.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; }

    /// <summary><c>group.min.session.timeout.ms</c>; 6 s in Kafka.</summary>
    public TimeSpan ShortestSession { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary><c>group.max.session.timeout.ms</c>.</summary>
    public TimeSpan LongestSession { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary><c>group.consumer.session.timeout.ms</c>.</summary>
    public TimeSpan ConsumerSession { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary><c>group.consumer.heartbeat.interval.ms</c>, which sets the pace of a rebalance; 5 s in Kafka.</summary>
    public TimeSpan ConsumerHeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a member that has never been told its generation may wait in a round. Its client cannot send heartbeats yet.</summary>
    public TimeSpan NewMemberWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>offset.metadata.max.bytes</c>, which Kafka counts in UTF-16 units.</summary>
    public int LongestOffsetMetadata { get; init; } = 4096;

    /// <summary>A dynamic member leaves when the connection it last used closes. Kafka waits for its session to end.</summary>
    public bool EvictOnDisconnect { get; init; }
}
