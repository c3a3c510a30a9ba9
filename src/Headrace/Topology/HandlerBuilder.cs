using Headrace.Handlers;
using Headrace.Topology;

namespace Headrace;

/// <summary>Says more of one handler.</summary>
public sealed class HandlerBuilder
{
    internal HandlerBuilder(IHandlerSource source, HandlerKind kind, SourcePlace place) => (Source, Kind, Place) = (source, kind, place);

    internal IHandlerSource Source { get; }

    internal HandlerKind Kind { get; }

    internal SourcePlace Place { get; }

    internal LevelWords Words { get; } = new();

    internal BatchLimits? Batch { get; init; }

    internal string? Destination { get; private set; }

    internal IMessageFormat? ResultFormat { get; private set; }

    internal string? Name { get; private set; }

    /// <summary>
    /// Produces what the handler returns to a topic, with the key of the incoming record; <see langword="null"/> produces nothing. The record is
    /// settled when the broker has acknowledged it.
    /// </summary>
    public HandlerBuilder ProduceTo(string topic)
    {
        Destination = topic;
        return this;
    }

    /// <summary>Names the handler in logs, dead letters and metrics. Default: the class, or the message type.</summary>
    public HandlerBuilder WithName(string name)
    {
        Name = name;
        return this;
    }

    /// <summary>Changes what happens when the handler throws. Default: as the topic.</summary>
    public HandlerBuilder WithFailurePolicy(Action<FailurePolicy> configure)
    {
        Words.Failures.Add(configure);
        return this;
    }

    /// <summary>
    /// What fails to the end in place is tried again later, in a topic of its own for each delay. A retried record is overtaken by the later ones of its key, unless the group keeps
    /// the order. See <see cref="FailurePolicy.RetryTopics"/>.
    /// </summary>
    public HandlerBuilder WithRetryTopics(params TimeSpan[] delays) => WithFailurePolicy(policy => policy.RetryTopics = [.. delays]);

    /// <summary>What the bytes of its messages are. Default: as the topic.</summary>
    public HandlerBuilder ReadAs(IMessageFormat format)
    {
        Words.Format = format;
        return this;
    }

    /// <summary>What the bytes of what it returns are, for <see cref="ProduceTo"/>. Default: as the cluster.</summary>
    public HandlerBuilder WriteAs(IMessageFormat format)
    {
        ResultFormat = format;
        return this;
    }

    /// <summary>
    /// Checks every message by the attributes of System.ComponentModel.DataAnnotations (and <c>IValidatableObject</c>) before its handler; one that is not valid fails with a
    /// <see cref="System.ComponentModel.DataAnnotations.ValidationException"/>, which the default policy dead-letters at once.
    /// </summary>
    public HandlerBuilder Validate()
    {
        Words.Validates = true;
        return this;
    }

    /// <summary>Adds a step around the handler, after those of the group and the topic.</summary>
    public HandlerBuilder Use(MessageFilter filter)
    {
        Words.Filters.Add(FilterSource.Of(filter));
        return this;
    }

    /// <summary>Adds a step around the handler, as a class.</summary>
    public HandlerBuilder Use<TFilter>()
        where TFilter : class, IMessageFilter
    {
        Words.Filters.Add(FilterSource.Of<TFilter>());
        return this;
    }
}
