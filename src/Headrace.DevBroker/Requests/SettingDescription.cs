using Headrace.Broker.Topics;

namespace Headrace.Broker.Requests;

/// <summary>Where the value of a setting comes from, by its number in DescribeConfigs.</summary>
internal enum SettingSource : sbyte
{
    Topic = 1,
    Broker = 4,
    Default = 5,
}

/// <summary>A setting's value, and what it would be without the source it comes from.</summary>
internal sealed record SettingDescription(string Name, string Value, SettingType Type, SettingSource Source, IReadOnlyList<SettingSynonym> Synonyms)
{
    public static IEnumerable<SettingDescription> Of(TopicSettings settings) =>
        TopicSettings.Known.Values.OrderBy(setting => setting.Name, StringComparer.Ordinal).Select(setting => Of(setting, settings));

    private static SettingDescription Of(TopicSetting setting, TopicSettings settings)
    {
        var synonyms = new List<SettingSynonym>();
        var isSet = settings.Set.TryGetValue(setting.Name, out var value);
        if (isSet)
        {
            synonyms.Add(new SettingSynonym(setting.Name, value!, SettingSource.Topic));
        }

        if (setting.BrokerName is { } brokerName)
        {
            synonyms.Add(new SettingSynonym(brokerName, setting.Default, SettingSource.Default));
        }

        return new SettingDescription(setting.Name, settings[setting.Name], setting.Type, isSet ? SettingSource.Topic : SettingSource.Default, synonyms);
    }
}

/// <summary>One of the places a setting's value is looked for, in order.</summary>
internal sealed record SettingSynonym(string Name, string Value, SettingSource Source);
