using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>Settings of a <see cref="DevBroker"/>. The defaults suit tests.</summary>
public sealed class DevBrokerOptions
{
    /// <summary>The TCP port. Default 0: a free one is chosen.</summary>
    public int Port { get; set; }

    /// <summary>The IP address to listen on, which clients are also told to connect to. Default <c>127.0.0.1</c>.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Allows a <see cref="Host"/> that other machines can reach. Default false: the broker has no access control whatsoever.</summary>
    public bool AllowRemoteConnections { get; set; }

    /// <summary>Partitions of a topic that is created without saying how many. Default 6.</summary>
    public int DefaultPartitions { get; set; } = 6;

    /// <summary>Whether a topic is created when a client that allows it first asks for it. Default true.</summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>Whether a dynamic member leaves its group as soon as its connection closes, instead of when its session times out. Default false, as in Kafka.</summary>
    public bool EvictOnDisconnect { get; set; }

    /// <summary>How long the first join of an empty group waits for more members. Default zero; Kafka's own default is 3 s.</summary>
    public TimeSpan InitialRebalanceDelay { get; set; }

    /// <summary>
    /// Whether a fetch that waits for records is answered as soon as its connection sends another request, other than a fetch, which would have to wait behind it, and within 10 ms when it comes within
    /// 100 ms after its connection asked for offsets, because a client fetches from those only when it has the answer. Default true: a consumer that starts reads up to 1 s sooner. Kafka lets both wait.
    /// </summary>
    public bool EndFetchWaitsEarly { get; set; } = true;

    /// <summary>
    /// A port of <c>127.0.0.1</c> on which <see cref="DevBroker.Faults"/> can be reached over HTTP, as docs/dev-broker.md describes; 0 takes a free one. Default null: none.
    /// </summary>
    public int? ControlPort { get; set; }

    /// <summary>
    /// A folder to keep everything in, so that it is there again when a broker is started in the same folder. One broker at a time can use it. Default null: in memory.
    /// </summary>
    public string? DataFolder { get; set; }

    /// <summary>With <see cref="DataFolder"/>: whether what it holds is deleted first. Only what a broker wrote is. Default false.</summary>
    public bool DeleteDataFirst { get; set; }

    /// <summary>With <see cref="DataFolder"/>: when data are brought to the disk. Default <see cref="DiskFlush.Never"/>, which survives the end of the process.</summary>
    public DiskFlush Flush { get; set; }

    /// <summary>How often <c>retention.ms</c> and <c>retention.bytes</c> are looked after. Default 10 s; Kafka's own default is 5 min.</summary>
    public TimeSpan HousekeepingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest session a member of a group may ask for. Default 100 ms, for tests that want to see one end; Kafka's own default is 6 s.</summary>
    public TimeSpan MinSessionTimeout { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often members of a KIP-848 group are asked to report, which sets the pace of a rebalance. Default 300 ms; Kafka's own default is 5 s.</summary>
    public TimeSpan ConsumerHeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Options with Apache Kafka's own defaults wherever those of this class are kinder to tests: groups wait 3 s for their first members, sessions take at least 6 s, members of KIP-848 groups report every 5 s,
    /// automatic topics have one partition, retention is looked after every 5 min.
    /// </summary>
    public static DevBrokerOptions Strict() => new()
    {
        DefaultPartitions = 1,
        InitialRebalanceDelay = TimeSpan.FromSeconds(3),
        MinSessionTimeout = TimeSpan.FromSeconds(6),
        ConsumerHeartbeatInterval = TimeSpan.FromSeconds(5),
        HousekeepingInterval = TimeSpan.FromMinutes(5),
        EndFetchWaitsEarly = false,
    };

    /// <summary>Where the broker logs to. Default: nowhere.</summary>
    public ILoggerFactory? Loggers { get; set; }

    /// <summary>The broker's clock. Default: the system's.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
