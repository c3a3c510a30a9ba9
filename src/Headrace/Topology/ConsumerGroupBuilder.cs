using System.Runtime.CompilerServices;
using Headrace.Handlers;
using Headrace.Topology;

namespace Headrace;

/// <summary>Says what one consumer group reads and how. What is said of the group holds for its topics and handlers, unless they say otherwise.</summary>
public sealed class ConsumerGroupBuilder
{
    private readonly List<TopicBuilder> _topics = [];

    internal ConsumerGroupBuilder(HeadraceTopology topology, string name, SourcePlace place) => (Topology, Name, Place) = (topology, name, place);

    /// <summary>The group's name, Kafka's <c>group.id</c>.</summary>
    public string Name { get; }

    internal HeadraceTopology Topology { get; }

    internal SourcePlace Place { get; }

    internal LevelWords Words { get; } = new();

    internal IReadOnlyList<TopicBuilder> Topics => _topics;

    internal int? Workers { get; private set; }

    internal Func<WorkerLoad, int>? WorkersBy { get; private set; }

    internal Ordering Ordering { get; private set; } = Ordering.ByKey;

    internal StartPosition Start { get; private set; } = StartPosition.Earliest;

    internal bool IncludesOwnTopics { get; private set; }

    internal bool HasTransactions { get; private set; }

    internal OrderKept? OrderKept { get; private set; }

    /// <summary>How many records are handled at once, and which of them one at a time. Default: the machine's cores, at most 16, by key.</summary>
    public ConsumerGroupBuilder WithWorkers(int count, Ordering ordering = Ordering.ByKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (Workers, WorkersBy, Ordering) = (count, null, ordering);
        return this;
    }

    /// <summary>
    /// How many records are handled at once, as a function of the load, asked about once a second; from 1 to 10,000. For example <c>load => load.ShareOf(100)</c>: of 100
    /// workers of the whole group, as many as this process has of its lag. Until the lag is known, as without this. A count in the configuration goes before.
    /// </summary>
    public ConsumerGroupBuilder WithWorkers(Func<WorkerLoad, int> count, Ordering ordering = Ordering.ByKey)
    {
        ArgumentNullException.ThrowIfNull(count);
        (Workers, WorkersBy, Ordering) = (null, count, ordering);
        return this;
    }

    /// <summary>Where the group begins in a partition for which it has no committed offset. Default: at the earliest record, said in the log.</summary>
    public ConsumerGroupBuilder StartAt(StartPosition position)
    {
        Start = position;
        return this;
    }

    /// <summary>Changes what happens when a handler throws. Default: see <see cref="FailurePolicy"/>.</summary>
    public ConsumerGroupBuilder WithFailurePolicy(Action<FailurePolicy> configure)
    {
        Words.Failures.Add(configure);
        return this;
    }

    /// <summary>
    /// What fails to the end in place is tried again later, in a topic of its own for each delay. A retried record is overtaken by the later ones of its key, unless the group keeps
    /// the order. See <see cref="FailurePolicy.RetryTopics"/>.
    /// </summary>
    public ConsumerGroupBuilder WithRetryTopics(params TimeSpan[] delays) => WithFailurePolicy(policy => policy.RetryTopics = [.. delays]);

    /// <summary>What becomes of records of a type that is not mapped. Default: <see cref="UnknownTypes.Skip"/>.</summary>
    public ConsumerGroupBuilder WithUnknownTypes(UnknownTypes unknown)
    {
        Words.UnknownTypes = unknown;
        return this;
    }

    /// <summary>Names the message type of a record, in place of its headers; <see langword="null"/> leaves it to them.</summary>
    public ConsumerGroupBuilder ResolveType(Func<Record, string?> resolve)
    {
        Words.ResolveType = resolve;
        return this;
    }

    /// <summary>What the bytes of the group's messages are. Default: the cluster's format.</summary>
    public ConsumerGroupBuilder ReadAs(IMessageFormat format)
    {
        Words.Format = format;
        return this;
    }

    /// <summary>
    /// Checks every message by the attributes of System.ComponentModel.DataAnnotations (and <c>IValidatableObject</c>) before its handler; one that is not valid fails with a
    /// <see cref="System.ComponentModel.DataAnnotations.ValidationException"/>, which the default policy dead-letters at once.
    /// </summary>
    public ConsumerGroupBuilder Validate()
    {
        Words.Validates = true;
        return this;
    }

    /// <summary>Adds a step around every handler of the group. Steps run in the order they are added, those of the group first.</summary>
    public ConsumerGroupBuilder Use(MessageFilter filter)
    {
        Words.Filters.Add(FilterSource.Of(filter));
        return this;
    }

    /// <summary>Adds a step around every handler of the group, as a class.</summary>
    public ConsumerGroupBuilder Use<TFilter>()
        where TFilter : class, IMessageFilter
    {
        Words.Filters.Add(FilterSource.Of<TFilter>());
        return this;
    }

    /// <summary>Adds a step around every record of the group, before its message is read: it sees bytes and may replace them. Steps run in the order they are added, those of the group first.</summary>
    public ConsumerGroupBuilder UseRaw(RecordFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Words.RecordFilters.Add(_ => filter);
        return this;
    }

    /// <summary>Adds a step around every record of the group, before its message is read, as an object: for example a <see cref="CompressionFilter"/>.</summary>
    public ConsumerGroupBuilder UseRaw(IRecordFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Words.RecordFilters.Add(_ => filter.HandleAsync);
        return this;
    }

    /// <summary>Adds a step around every record of the group, before its message is read, as a class: the one that is registered, which must be a singleton, or one that is made when the application starts.</summary>
    public ConsumerGroupBuilder UseRaw<TFilter>()
        where TFilter : class, IRecordFilter
    {
        Words.RecordFilters.Add<TFilter>(static filter => filter.HandleAsync);
        return this;
    }

    /// <summary>
    /// Holds back every message of the group, in each process for as long as a function says: zero lets it pass. It is asked once in a while, about whatever it looks at; see
    /// <c>load.LagOfAsync(group, topics)</c>. A message that waits occupies its worker, so at most as many pass in the time as there are workers. When it throws, what it said last holds.
    /// </summary>
    /// <param name="delay">How long.</param>
    /// <param name="every">How often it is asked. Default: every second.</param>
    public ConsumerGroupBuilder WithThrottle(Func<ThrottleLoad, ValueTask<TimeSpan>> delay, TimeSpan? every = null)
    {
        Words.Filters.Add(FilterSource.Of(delay, every));
        return this;
    }

    /// <summary>
    /// Commits offsets by Kafka transactions that also hold what the handlers produced to the same cluster: exactly once from topic to topic, for readers of
    /// committed records. Nothing is sent while a handler runs: <c>ProduceAsync</c> completes at once, its position unknown (-1), and the record goes out with
    /// the next commit after every earlier record of the partition is settled, in the order of the incoming records. Effects elsewhere – databases, HTTP –
    /// still happen at least once. Default: no; see docs/producing.md before you choose it.
    /// </summary>
    public ConsumerGroupBuilder WithTransactions()
    {
        HasTransactions = true;
        return this;
    }

    /// <summary>
    /// Keeps the order of every key across failures: while a record of a key waits for another try, or is dead-lettered and neither redriven nor discarded, the later ones of its key are
    /// parked behind it, in the topic <c>&lt;topic&gt;.&lt;group&gt;.parked</c>, and handled in order when it is settled. Other keys go on. Needs <see cref="Ordering.ByKey"/>. Default: no. See
    /// docs/failures.md for what it costs.
    /// </summary>
    /// <param name="atMost">Records of one partition that are parked at once, at most; they are kept in memory. Then records of parked keys stay where they are, and their partition's lag grows.</param>
    /// <param name="stopWhenFull">Whether the group stops instead of waiting when so many are parked.</param>
    public ConsumerGroupBuilder WithOrderKept(int atMost = 10_000, bool stopWhenFull = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, 1);
        OrderKept = new(atMost, stopWhenFull);
        return this;
    }

    /// <summary>Lets patterns match retry, dead-letter and control topics too. Default: they never do.</summary>
    public ConsumerGroupBuilder IncludingOwnTopics()
    {
        IncludesOwnTopics = true;
        return this;
    }

    /// <summary>Maps a topic by its name. Mapping it again returns the same topic.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public TopicBuilder MapTopic(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Map(name, isPattern: false, "MapTopic", new(file, line));

    /// <summary>
    /// Maps every topic whose whole name matches a regular expression, those that are made later too. A topic mapped by name goes before,
    /// then the pattern that was mapped first. The framework's own topics never match, unless <see cref="IncludingOwnTopics"/> is said; Kafka's never do.
    /// </summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public TopicBuilder MapTopics(string pattern, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Map(pattern, isPattern: true, "MapTopics", new(file, line));

    private TopicBuilder Map(string name, bool isPattern, string word, SourcePlace place)
    {
        Topology.ThrowIfSealed($"Topic '{name}'", "Topics are subscribed", word);
        var topic = _topics.Find(candidate => candidate.Name == name && candidate.IsPattern == isPattern);
        if (topic is null)
        {
            topic = new(this, name, isPattern, place);
            _topics.Add(topic);
        }

        return topic;
    }
}
