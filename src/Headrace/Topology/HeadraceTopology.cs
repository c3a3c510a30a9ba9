using System.Runtime.CompilerServices;
using Headrace.Topology;

namespace Headrace;

/// <summary>The groups, topics and handlers that an application maps on one cluster. Open until the application starts.</summary>
public sealed class HeadraceTopology
{
    private readonly List<ConsumerGroupBuilder> _groups = [];
    private bool _sealed;

    internal HeadraceTopology(string cluster) => Cluster = cluster;

    /// <summary>The name of the cluster, as given to <c>AddHeadrace</c>.</summary>
    public string Cluster { get; }

    /// <summary>What the bytes of messages are where nothing else is said. Default: JSON by System.Text.Json with its web defaults.</summary>
    public IMessageFormat Format { get; set; } = new JsonFormat();

    internal IReadOnlyList<ConsumerGroupBuilder> Groups => _groups;

    /// <summary>Maps a group; its name is Kafka's <c>group.id</c>. Mapping it again returns the same group.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public ConsumerGroupBuilder MapConsumerGroup(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfSealed($"Group '{name}'", "Groups join", "MapConsumerGroup");
        var group = _groups.Find(candidate => candidate.Name == name);
        if (group is null)
        {
            group = new(this, name, new(file, line));
            _groups.Add(group);
        }

        return group;
    }

    /// <summary>From here on nothing can be mapped. Called when the application starts.</summary>
    internal void Seal() => _sealed = true;

    /// <summary>The groups, checked. What is wrong is added to <paramref name="faults"/>; a group that has any is left out.</summary>
    /// <param name="services">What handlers take.</param>
    /// <param name="faults">Where faults are added.</param>
    /// <param name="failuresOf">What the configuration says of a group's failures.</param>
    internal IReadOnlyList<GroupModel> Validate(IServiceProvider services, ICollection<string> faults, Func<string, IEnumerable<FailureOptions>>? failuresOf = null) =>
        new TopologyCheck(this, new(services), faults, failuresOf ?? (static _ => [])).Run();

    internal void ThrowIfSealed(string what, string happens, string word)
    {
        if (_sealed)
        {
            throw new InvalidOperationException(
                $"{what} was mapped after the application started. {happens} at startup, so it would never be consumed. Move {word} above app.Run().");
        }
    }
}
