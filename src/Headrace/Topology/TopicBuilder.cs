using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Headrace.Handlers;
using Headrace.Topology;

namespace Headrace;

/// <summary>Says what a group does with the records of a topic, or of all topics that match a pattern.</summary>
public sealed class TopicBuilder
{
    private const string NotTrimmable = "A handler's parameters are bound by reflection.";

    private readonly ConsumerGroupBuilder _group;
    private readonly List<HandlerBuilder> _handlers = [];

    internal TopicBuilder(ConsumerGroupBuilder group, string name, bool isPattern, SourcePlace place) =>
        (_group, Name, IsPattern, Place) = (group, name, isPattern, place);

    internal string Name { get; }

    internal bool IsPattern { get; }

    internal SourcePlace Place { get; }

    internal LevelWords Words { get; } = new();

    internal IReadOnlyList<HandlerBuilder> Handlers => _handlers;

    internal HashSet<string> Ignored { get; } = [];

    /// <summary>
    /// Handles messages of the type of the first parameter. The others are bound by type: services, <see cref="CancellationToken"/>,
    /// <see cref="RecordKey"/>, <see cref="RecordHeaders"/>, <see cref="RecordPosition"/>, <see cref="MessageContext"/>, and what
    /// <see cref="FromRecordHeaderAttribute"/> says. What the handler returns is produced by <see cref="HandlerBuilder.ProduceTo"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    [RequiresDynamicCode(NotTrimmable), RequiresUnreferencedCode(NotTrimmable)]
    public HandlerBuilder On(Delegate handler, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new DelegateHandler(handler, HandlerKind.Message), HandlerKind.Message, "On", new(file, line));

    /// <summary>Handles messages of one type by a class.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public HandlerBuilder On<TMessage, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where THandler : class, IHandler<TMessage> =>
        Add(new ClassHandler<TMessage, THandler>(), HandlerKind.Message, "On", new(file, line));

    /// <summary>Handles tombstones: records whose value is null. Parameters are bound as in <see cref="On(Delegate, string, int)"/>, but there is no message.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    [RequiresDynamicCode(NotTrimmable), RequiresUnreferencedCode(NotTrimmable)]
    public HandlerBuilder OnTombstone(Delegate handler, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new DelegateHandler(handler, HandlerKind.Tombstone), HandlerKind.Tombstone, "OnTombstone", new(file, line));

    /// <summary>
    /// Handles records as they are, without reading them as messages; the first parameter is the <see cref="Record"/>, whose bytes are valid
    /// until the handler completes. Beside other handlers of the topic it gets what they do not take.
    /// </summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    [RequiresDynamicCode(NotTrimmable), RequiresUnreferencedCode(NotTrimmable)]
    public HandlerBuilder OnRecord(Delegate handler, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new DelegateHandler(handler, HandlerKind.Record), HandlerKind.Record, "OnRecord", new(file, line));

    /// <summary>
    /// Handles messages in batches: the first parameter is a <see cref="RecordBatch{TMessage}"/>, the others are bound as in <see cref="On(Delegate, string, int)"/>, but
    /// what belongs to one record is taken from the batch. It is the topic's only handler. A worker handles one batch at a time.
    /// </summary>
    /// <param name="handler">The handler. It returns nothing, or a task of nothing.</param>
    /// <param name="size">Messages in a batch, at most; from 1 to the group's look-ahead. A full batch is handled at once.</param>
    /// <param name="within">How long the first message of a batch waits for others; above zero.</param>
    /// <param name="per">Which records may be together. Default: any. Order holds whichever it is.</param>
    /// <param name="file">Where this is said.</param>
    /// <param name="line">Where this is said.</param>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    [RequiresDynamicCode(NotTrimmable), RequiresUnreferencedCode(NotTrimmable)]
    public HandlerBuilder OnBatch(
        Delegate handler, int size, TimeSpan within, BatchScope per = BatchScope.Worker, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new DelegateHandler(handler, HandlerKind.Batch), HandlerKind.Batch, "OnBatch", new(file, line), new(size, within, per));

    /// <summary>Handles messages in batches by a class; as <see cref="OnBatch(Delegate, int, TimeSpan, BatchScope, string, int)"/>.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public HandlerBuilder OnBatch<TMessage, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        int size, TimeSpan within, BatchScope per = BatchScope.Worker, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where THandler : class, IHandler<RecordBatch<TMessage>> =>
        Add(new BatchHandler<TMessage, THandler>(), HandlerKind.Batch, "OnBatch", new(file, line), new(size, within, per));

    /// <summary>Settles records of these types unhandled, without a warning and whatever the group does with unknown types.</summary>
    /// <param name="types">Names on the wire.</param>
    public TopicBuilder Ignore(params string[] types)
    {
        Ignored.UnionWith(types);
        return this;
    }

    /// <summary>Changes what happens when a handler throws. Default: as the group.</summary>
    public TopicBuilder WithFailurePolicy(Action<FailurePolicy> configure)
    {
        Words.Failures.Add(configure);
        return this;
    }

    /// <summary>
    /// What fails to the end in place is tried again later, in a topic of its own for each delay. A retried record is overtaken by the later ones of its key, unless the group keeps
    /// the order. See <see cref="FailurePolicy.RetryTopics"/>.
    /// </summary>
    public TopicBuilder WithRetryTopics(params TimeSpan[] delays) => WithFailurePolicy(policy => policy.RetryTopics = [.. delays]);

    /// <summary>What becomes of records of a type that is not mapped. Default: as the group.</summary>
    public TopicBuilder WithUnknownTypes(UnknownTypes unknown)
    {
        Words.UnknownTypes = unknown;
        return this;
    }

    /// <summary>Names the message type of a record, in place of its headers; <see langword="null"/> leaves it to them. Default: as the group.</summary>
    public TopicBuilder ResolveType(Func<Record, string?> resolve)
    {
        Words.ResolveType = resolve;
        return this;
    }

    /// <summary>What the bytes of the topic's messages are. Default: as the group.</summary>
    public TopicBuilder ReadAs(IMessageFormat format)
    {
        Words.Format = format;
        return this;
    }

    /// <summary>
    /// Checks every message by the attributes of System.ComponentModel.DataAnnotations (and <c>IValidatableObject</c>) before its handler; one that is not valid fails with a
    /// <see cref="System.ComponentModel.DataAnnotations.ValidationException"/>, which the default policy dead-letters at once.
    /// </summary>
    public TopicBuilder Validate()
    {
        Words.Validates = true;
        return this;
    }

    /// <summary>Adds a step around every handler of the topic, after those of the group.</summary>
    public TopicBuilder Use(MessageFilter filter)
    {
        Words.Filters.Add(FilterSource.Of(filter));
        return this;
    }

    /// <summary>Adds a step around every handler of the topic, as a class.</summary>
    public TopicBuilder Use<TFilter>()
        where TFilter : class, IMessageFilter
    {
        Words.Filters.Add(FilterSource.Of<TFilter>());
        return this;
    }

    /// <summary>Adds a step around every record of the topic, before its message is read: it sees bytes and may replace them. Steps run in the order they are added, after those of the group.</summary>
    public TopicBuilder UseRaw(RecordFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Words.RecordFilters.Add(_ => filter);
        return this;
    }

    /// <summary>Adds a step around every record of the topic, before its message is read, as an object: for example a <see cref="CompressionFilter"/>.</summary>
    public TopicBuilder UseRaw(IRecordFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Words.RecordFilters.Add(_ => filter.HandleAsync);
        return this;
    }

    /// <summary>Adds a step around every record of the topic, before its message is read, as a class: the one that is registered, which must be a singleton, or one that is made when the application starts.</summary>
    public TopicBuilder UseRaw<TFilter>()
        where TFilter : class, IRecordFilter
    {
        Words.RecordFilters.Add<TFilter>(static filter => filter.HandleAsync);
        return this;
    }

    /// <summary>
    /// Holds back every message of the topic, in each process for as long as a function says: zero lets it pass. It is asked once in a while, about whatever it looks at; see
    /// <c>load.LagOfAsync(group, topics)</c>. A message that waits occupies its worker, so at most as many pass in the time as there are workers. When it throws, what it said last holds.
    /// </summary>
    /// <param name="delay">How long.</param>
    /// <param name="every">How often it is asked. Default: every second.</param>
    public TopicBuilder WithThrottle(Func<ThrottleLoad, ValueTask<TimeSpan>> delay, TimeSpan? every = null)
    {
        Words.Filters.Add(FilterSource.Of(delay, every));
        return this;
    }

    private HandlerBuilder Add(IHandlerSource source, HandlerKind kind, string word, SourcePlace place, BatchLimits? batch = null)
    {
        _group.Topology.ThrowIfSealed($"A handler of topic '{Name}'", "Handlers are bound", word);
        var handler = new HandlerBuilder(source, kind, place) { Batch = batch };
        _handlers.Add(handler);
        return handler;
    }
}
