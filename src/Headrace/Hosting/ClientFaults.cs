using Headrace.Clients;

namespace Headrace.Hosting;

/// <summary>What is wrong with the client settings in force, each fault once, with the clients that have it.</summary>
internal static class ClientFaults
{
    public static IEnumerable<string> Of(ClusterSettings settings, IReadOnlyList<string> groups)
    {
        // That there is no address was said in the words of the configuration.
        if (settings.Address.Length == 0)
        {
            return [];
        }

        var found = groups.SelectMany(group => Check(ClientRole.Membership, settings.Consumer(group), $"group {group}"))
            .Concat(Check(ClientRole.Producer, settings.Producer, "producer"))
            .Concat(Check(ClientRole.Admin, settings.Admin, "admin"));
        return found.GroupBy(pair => pair.Fault, pair => pair.Client)
            .Select(same => $"{ClusterConfiguration.SectionOf(settings.Cluster)} ({string.Join(", ", same)}): {same.Key}");
    }

    private static IEnumerable<(string Fault, string Client)> Check(ClientRole role, IReadOnlyDictionary<string, string> settings, string client) =>
        ClientSettings.Check(role, settings).Select(fault => (fault, client));
}
