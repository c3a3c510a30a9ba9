using System.Net;
using Headrace.Broker.Topics;

namespace Headrace.Broker.Hosting;

/// <summary>Collects everything that is wrong with a broker's options.</summary>
internal static class OptionCheck
{
    /// <summary>The address to listen at.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names all that are not.</exception>
    public static IPAddress Validate(DevBrokerOptions options)
    {
        var faults = new List<string>();
        if (!IPAddress.TryParse(options.Host, out var address))
        {
            faults.Add($"Host is '{options.Host}', which is not an IP address. Use 127.0.0.1.");
        }
        else if (!IPAddress.IsLoopback(address) && !options.AllowRemoteConnections)
        {
            faults.Add($"Host is '{options.Host}', which other machines can reach, and the broker has no access control. Use 127.0.0.1, or set AllowRemoteConnections.");
        }

        (bool Wrong, string Fault)[] rules =
        [
            (options.Port is < 0 or > 65535, $"Port is {options.Port}. Use 0 (a free one is chosen) to 65535."),
            (options.ControlPort is < 0 or > 65535, $"ControlPort is {options.ControlPort}. Use 0 (a free one is chosen) to 65535, or null for none."),
            (options.DefaultPartitions is < 1 or > TopicCatalogue.MaxPartitions,
                $"DefaultPartitions is {options.DefaultPartitions}. Use 1 to {TopicCatalogue.MaxPartitions}."),
            (options.InitialRebalanceDelay < TimeSpan.Zero, $"InitialRebalanceDelay is {options.InitialRebalanceDelay}. Use zero or more."),
            (options.MinSessionTimeout < TimeSpan.Zero, $"MinSessionTimeout is {options.MinSessionTimeout}. Use zero or more."),
            (options.ConsumerHeartbeatInterval <= TimeSpan.Zero, $"ConsumerHeartbeatInterval is {options.ConsumerHeartbeatInterval}. Use more than zero."),
            (options.DataFolder is { Length: 0 }, "DataFolder is empty. Name a folder, or use null to keep everything in memory."),
            (!Enum.IsDefined(options.Flush), $"Flush is {options.Flush}. Use Never, Interval or Always."),
            (options.HousekeepingInterval <= TimeSpan.Zero, $"HousekeepingInterval is {options.HousekeepingInterval}. Use more than zero."),
        ];
        faults.AddRange(rules.Where(rule => rule.Wrong).Select(rule => rule.Fault));
        return faults.Count == 0
            ? address!
            : throw new ArgumentException("The development broker cannot start. " + string.Join(" ", faults), nameof(options));
    }
}
