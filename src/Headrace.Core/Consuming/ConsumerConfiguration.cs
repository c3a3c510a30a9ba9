using System.Globalization;
using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// The settings of a consumer's two native handles: our defaults, over them the user's, over them what the engine needs. A value that the user set is
/// never overwritten, except for the few that would break delivery, which are refused.
/// </summary>
internal static class ConsumerConfiguration
{
    // The engine commits, stores and resets by itself; another value would lose records.
    private static readonly Dictionary<string, string> Owned = new(StringComparer.Ordinal)
    {
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        ["enable.partition.eof"] = "false",
        ["allow.auto.create.topics"] = "false",
    };

    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["partition.assignment.strategy"] = "cooperative-sticky",
        ["fetch.queue.backoff.ms"] = "10",
        ["fetch.wait.max.ms"] = "100",
        ["reconnect.backoff.max.ms"] = "2000",
        ["socket.nagle.disable"] = "true",
    };

    // What makes a member of a group; the fetcher is none.
    private static readonly string[] OfMembers = ["group.instance.id", "group.protocol", "group.remote.assignor", "partition.assignment.strategy", "statistics.interval.ms"];

    public static NativeConfiguration ForMembership(ConsumerOptions options)
    {
        var settings = Merge(options);

        // So the group's leader sees in time that a topic has grown.
        Share(settings, "topic.metadata.refresh.interval.ms", (long)options.TopicRefresh.TotalMilliseconds, 10, 300_000);
        return Build(settings);
    }

    /// <param name="options">The consumer's options.</param>
    /// <param name="partitions">Among how many partitions its look-ahead is shared.</param>
    public static NativeConfiguration ForFetching(ConsumerOptions options, int partitions)
    {
        var settings = Merge(options);
        foreach (var name in OfMembers)
        {
            settings.Remove(name);
        }

        settings["auto.offset.reset"] = "error";

        // A bound in bytes only: a partition whose queue is full is left out of the next fetch, and a fetch of idle partitions alone keeps all others
        // waiting for fetch.wait.max.ms.
        Share(settings, "queued.max.messages.kbytes", options.LookAheadBytes / 1024 / Math.Max(1, partitions), 1_024, 65_536);
        return Build(settings);
    }

    private static Dictionary<string, string> Merge(ConsumerOptions options)
    {
        var settings = new Dictionary<string, string>(Defaults, StringComparer.Ordinal);
        foreach (var (name, value) in options.ClientSettings)
        {
            settings[name] = value;
        }

        // KIP-848 has its assignors at the broker and refuses a classic one.
        if (settings.GetValueOrDefault("group.protocol") == "consumer" && !options.ClientSettings.ContainsKey("partition.assignment.strategy"))
        {
            settings.Remove("partition.assignment.strategy");
        }

        foreach (var (name, value) in Owned)
        {
            settings[name] = value;
        }

        settings["group.id"] = options.GroupId;
        return settings;
    }

    private static void Share(Dictionary<string, string> settings, string name, long share, long least, long most)
    {
        if (!settings.ContainsKey(name))
        {
            settings[name] = Math.Clamp(share, least, most).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static NativeConfiguration Build(Dictionary<string, string> settings)
    {
        var configuration = new NativeConfiguration();
        var faults = new List<string>();
        foreach (var (name, value) in settings)
        {
            if (configuration.TrySet(name, value, out _) is { } fault)
            {
                faults.Add(fault);
            }
        }

        if (faults.Count > 0)
        {
            configuration.Dispose();
            throw new ArgumentException($"The client library refuses settings of the consumer: {string.Join("; ", faults)}. Correct them in the client settings.");
        }

        return configuration;
    }
}
