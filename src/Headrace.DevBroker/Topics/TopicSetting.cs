using System.Globalization;

namespace Headrace.Broker.Topics;

/// <summary>One setting that a topic may have. The broker's own name for its default, where it has one, is what DescribeConfigs lists as a synonym.</summary>
internal sealed record TopicSetting(string Name, SettingType Type, string Default, string? BrokerName = null, long Min = long.MinValue, params string[] Allowed)
{
    /// <summary>What is wrong with the value; null if nothing is.</summary>
    public string? FaultOf(string value)
    {
        var fits = Type switch
        {
            SettingType.Boolean => value is "true" or "false",
            SettingType.Int => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= Min,
            SettingType.Long => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= Min,
            SettingType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1,
            SettingType.List => Allowed.Length == 0 || (value.Length > 0 && value.Split(',').All(item => Allowed.Contains(item.Trim(), StringComparer.Ordinal))),
            _ => Allowed.Length == 0 || Allowed.Contains(value, StringComparer.Ordinal),
        };
        return fits ? null : $"Invalid value {value} for configuration {Name}: {Expectation}.";
    }

    private string Expectation => Type switch
    {
        SettingType.Boolean => "it must be true or false",
        SettingType.Double => "it must be a number from 0 to 1",
        SettingType.Int or SettingType.Long => Min == long.MinValue ? "it must be a whole number" : $"it must be a whole number of at least {Min}",
        _ => $"it must be one of {string.Join(", ", Allowed)}",
    };
}
