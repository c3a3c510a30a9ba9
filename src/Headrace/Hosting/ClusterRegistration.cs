using Headrace.Filters;

namespace Headrace.Hosting;

/// <summary>What code said about one cluster before the host was built.</summary>
internal sealed class ClusterRegistration(string name)
{
    public string Name => name;

    public ClusterOptions Options { get; } = new();

    public List<ProducerRegistration> Producers { get; } = [];

    /// <summary>What the bytes of messages are; <see langword="null"/> when nothing was said.</summary>
    public IMessageFormat? Format { get; set; }

    /// <summary>Steps around what is produced, before its bytes are written.</summary>
    public FilterList<ProduceFilter> ProduceFilters { get; } = new();

    /// <summary>Steps around what is produced, when its bytes are written.</summary>
    public FilterList<ProduceFilter> RawProduceFilters { get; } = new();

    /// <summary>What clients ask for and tell, in the order it was said; the last one that gives tokens does.</summary>
    public List<Func<IServiceProvider, ClientEvents>> ClientEvents { get; } = [];

    /// <summary>What maps groups or changes the topology at startup, in the order it was said.</summary>
    public List<Action<HeadraceTopology>> Maps { get; } = [];
}
