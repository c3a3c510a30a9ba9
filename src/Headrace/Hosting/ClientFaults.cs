using Headrace.Clients;
using Headrace.Topology;

namespace Headrace.Hosting;

/// <summary>What is wrong with the client settings in force, each fault once, with the clients that have it.</summary>
internal static class ClientFaults
{
    private const string IsolationLevel = "isolation.level";

    public static IEnumerable<string> Of(ClusterSettings settings, ClientEvents events, IReadOnlyList<GroupModel> groups)
    {
        // That there is no address was said in the words of the configuration.
        if (settings.Address.Length == 0)
        {
            return [];
        }

        var found = groups.SelectMany(group => Check(ClientRole.Membership, settings.Consumer(group.Name), events, $"group {group.Name}"))
            .Concat(Check(ClientRole.Producer, settings.Producer, events, "producer"))
            .Concat(groups.Where(group => group.HasTransactions).SelectMany(group => OfTransactions(settings, events, group.Name)))
            .Concat(Check(ClientRole.Admin, settings.Admin, events, "admin"));
        return found.GroupBy(pair => pair.Fault, pair => pair.Client)
            .Select(same => $"{ClusterConfiguration.SectionOf(settings.Cluster)} ({string.Join(", ", same)}): {same.Key}");
    }

    private static IEnumerable<(string Fault, string Client)> OfTransactions(ClusterSettings settings, ClientEvents events, string group)
    {
        var isolation = ClientLayers.Merge(new Dictionary<string, string>(settings.Consumer(group))).GetValueOrDefault(IsolationLevel);
        if (isolation is not null && !isolation.Equals("read_committed", StringComparison.OrdinalIgnoreCase))
        {
            yield return ($"'{IsolationLevel}' is '{isolation}', so a group with transactions would also handle records that are taken back. Remove it.", $"group {group}");
        }

        foreach (var fault in Check(ClientRole.TransactionalProducer, settings.Producer, events, $"transactions of group {group}"))
        {
            yield return fault;
        }
    }

    private static IEnumerable<(string Fault, string Client)> Check(ClientRole role, IReadOnlyDictionary<string, string> settings, ClientEvents events, string client) =>
        ClientSettings.Check(role, settings, events).Select(fault => (fault, client));
}
