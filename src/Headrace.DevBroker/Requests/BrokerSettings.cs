using System.Globalization;
using Headrace.Broker.Topics;

namespace Headrace.Broker.Requests;

/// <summary>The broker's own settings, as far as tools look at them. They are fixed while it runs.</summary>
internal static class BrokerSettings
{
    public static IEnumerable<SettingDescription> Describe(BrokerState broker)
    {
        SettingDescription[] own =
        [
            Own("advertised.listeners", SettingType.String, $"PLAINTEXT://{broker.AdvertisedHost}:{broker.AdvertisedPort}"),
            Own("auto.create.topics.enable", SettingType.Boolean, broker.Topics.AutoCreates ? "true" : "false"),
            Own("broker.id", SettingType.Int, BrokerState.NodeId.ToString(CultureInfo.InvariantCulture)),
            Own("default.replication.factor", SettingType.Int, "1"),
            Own("delete.topic.enable", SettingType.Boolean, "true"),
            Own("node.id", SettingType.Int, BrokerState.NodeId.ToString(CultureInfo.InvariantCulture)),
            Own("num.partitions", SettingType.Int, broker.Topics.DefaultPartitions.ToString(CultureInfo.InvariantCulture)),
            Own("offsets.topic.replication.factor", SettingType.Int, "1"),
        ];
        var defaultsOfTopics = TopicSettings.Known.Values
            .Where(setting => setting.BrokerName is not null)
            .Select(setting => new SettingDescription(
                setting.BrokerName!, setting.Default, setting.Type, SettingSource.Default, [new SettingSynonym(setting.BrokerName!, setting.Default, SettingSource.Default)]));
        return own.Concat(defaultsOfTopics).OrderBy(setting => setting.Name, StringComparer.Ordinal);
    }

    private static SettingDescription Own(string name, SettingType type, string value) =>
        new(name, value, type, SettingSource.Broker, [new SettingSynonym(name, value, SettingSource.Broker)]);
}
