using Headrace.Topology;
using Microsoft.Extensions.Configuration;

namespace Headrace.Hosting;

/// <summary>Reads the section <c>Failures</c> of a group.</summary>
internal static class FailureSettings
{
    public static FailureOptions Read(IConfigurationSection section, SettingsReader reader)
    {
        var options = new FailureOptions();
        var keys = Keys(options, reader);
        keys["Types"] = types =>
        {
            foreach (var type in types.GetChildren())
            {
                reader.Read(type, Keys(options.Types[type.Key] = new(), reader));
            }
        };
        reader.Read(section, keys);
        return options;
    }

    /// <summary>Types that a group does not map: what is said of them would have no effect.</summary>
    public static IEnumerable<string> Faults(GroupModel group, IEnumerable<FailureOptions> said, string section)
    {
        string[] mapped = [.. group.Topics.SelectMany(static topic => topic.Handlers).Select(static handler => handler.WireName).Distinct()];
        return said.SelectMany(static options => options.Types.Keys).Except(mapped).Select(type =>
            $"{section}:Groups:{group.Name}:Failures:Types:{type} is about a message type that the group does not map. Correct its name or remove it.{NearestName.Hint(type, mapped)}");
    }

    private static Dictionary<string, Action<IConfigurationSection>> Keys(FailureOptions options, SettingsReader reader) => new()
    {
        ["Attempts"] = value => options.Attempts = reader.Number(value),
        ["BackOff"] = value => options.BackOff = reader.Duration(value),
        ["BackOffFactor"] = value => options.BackOffFactor = reader.Factor(value),
        ["MaxBackOff"] = value => options.MaxBackOff = reader.Duration(value),
        ["RetryTopics"] = values => options.RetryTopics = [.. values.GetChildren().Select(reader.Duration).OfType<TimeSpan>()],
        ["Exceptions"] = rules =>
        {
            foreach (var rule in rules.GetChildren())
            {
                if (reader.OneOf<FailureAction>(rule) is { } action)
                {
                    options.Exceptions[rule.Key] = action;
                }
            }
        },
    };
}
