using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Headrace.Hosting;

/// <summary>Reads a section key by key: an unknown key and a value that does not fit become faults, nothing is dropped in silence.</summary>
internal sealed class SettingsReader(List<string> faults)
{
    /// <summary>Reads each key of the section by the reader of its name.</summary>
    public void Read(IConfigurationSection section, IReadOnlyDictionary<string, Action<IConfigurationSection>> keys)
    {
        foreach (var child in section.GetChildren())
        {
            var known = keys.Keys.FirstOrDefault(key => key.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (known is not null)
            {
                keys[known](child);
                continue;
            }

            faults.Add($"{child.Path} is not a setting, so it would have no effect. Correct its name or remove it.{NearestName.Hint(child.Key, [.. keys.Keys])}");
        }
    }

    /// <summary>Reads free settings: nested keys are joined by dots, as the client library and Kafka write them.</summary>
    public static void ReadVerbatim(IConfigurationSection section, IDictionary<string, string> into)
    {
        foreach (var (path, value) in section.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && path.Length > 0)
            {
                into[path.Replace(':', '.')] = value;
            }
        }
    }

    public int? Number(IConfigurationSection value, int atLeast = 1) => (int?)LongNumber(value, atLeast, int.MaxValue);

    public long? LongNumber(IConfigurationSection value, long atLeast = 1, long atMost = long.MaxValue)
    {
        if (long.TryParse(value.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= atLeast && number <= atMost)
        {
            return number;
        }

        Refuse(value, atMost == long.MaxValue ? $"a whole number of at least {atLeast}" : $"a whole number from {atLeast} to {atMost}");
        return null;
    }

    public bool? YesOrNo(IConfigurationSection value)
    {
        if (bool.TryParse(value.Value, out var yes))
        {
            return yes;
        }

        Refuse(value, "true or false");
        return null;
    }

    public TimeSpan? Duration(IConfigurationSection value)
    {
        if (TimeSpan.TryParse(value.Value, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero)
        {
            return duration;
        }

        Refuse(value, "a duration above zero, such as 00:00:05 or 00:00:00.500");
        return null;
    }

    public double? Factor(IConfigurationSection value)
    {
        if (double.TryParse(value.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor >= 1)
        {
            return factor;
        }

        Refuse(value, "a number of at least 1, such as 2 or 1.5");
        return null;
    }

    public TEnum? OneOf<TEnum>(IConfigurationSection value) where TEnum : struct, Enum
    {
        if (Enum.GetNames<TEnum>().FirstOrDefault(name => name.Equals(value.Value, StringComparison.OrdinalIgnoreCase)) is { } name)
        {
            return Enum.Parse<TEnum>(name);
        }

        Refuse(value, string.Join(" or ", Enum.GetNames<TEnum>()));
        return null;
    }

    private void Refuse(IConfigurationSection value, string expected) => faults.Add($"{value.Path} is '{value.Value}'. It must be {expected}.");
}
