using System.Globalization;
using System.Net;
using Headrace.Clients;
using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>The settings of a consumer's two native handles: those of <see cref="ClientSettings"/>, and what depends on the consumer's options.</summary>
internal static class ConsumerConfiguration
{
    public static NativeConfiguration ForMembership(ConsumerOptions options, ILogger log)
    {
        // So the group's leader sees in time that a topic has grown.
        var refresh = Within((long)options.TopicRefresh.TotalMilliseconds, 10, 300_000);
        var settings = For(ClientRole.Membership, options).WithDefault("topic.metadata.refresh.interval.ms", refresh);
        if (options.StaticMember)
        {
            settings = settings.WithDefault("group.instance.id", Dns.GetHostName());
        }

        settings.Log(log, options.GroupId);
        return settings.HeardBy(new($"group {options.GroupId}", options.ClientEvents, log)).CreateConfiguration();
    }

    /// <param name="options">The consumer's options.</param>
    /// <param name="partitions">Among how many partitions its look-ahead is shared.</param>
    /// <param name="log">Where it is said that somebody who hears of the client threw.</param>
    public static NativeConfiguration ForFetching(ConsumerOptions options, int partitions, ILogger log)
    {
        // A bound in bytes only: a partition whose queue is full is left out of the next fetch, and a fetch of idle partitions alone keeps all others
        // waiting for fetch.wait.max.ms.
        var share = Within(options.LookAheadBytes / 1024 / Math.Max(1, partitions), 1_024, 65_536);
        return For(ClientRole.Fetch, options)
            .WithDefault("queued.max.messages.kbytes", share)
            .HeardBy(new($"group {options.GroupId}, fetching", options.ClientEvents, log))
            .CreateConfiguration();
    }

    private static ClientSettings For(ClientRole role, ConsumerOptions options) =>
        ClientSettings.For(role, new Dictionary<string, string>(options.ClientSettings) { ["group.id"] = options.GroupId }, options.ClientEvents);

    private static string Within(long share, long least, long most) => Math.Clamp(share, least, most).ToString(CultureInfo.InvariantCulture);
}
