using Headrace.Clients;

namespace Headrace.Hosting;

/// <summary>Puts layers of client settings over each other; <c>sasl.password</c>, <c>sasl_password</c> and <c>SaslPassword</c> are one name.</summary>
internal static class ClientLayers
{
    public static Dictionary<string, string> Merge(params IEnumerable<IDictionary<string, string>> layers)
    {
        var merged = new Dictionary<string, string>();
        foreach (var (name, value) in layers.SelectMany(layer => layer))
        {
            // An unknown name stays as it is written: the check of the settings names it.
            merged[SettingNames.Find(name) ?? name] = value;
        }

        return merged;
    }
}
