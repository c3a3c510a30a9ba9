using Headrace.Failures;
using Headrace.Formats;
using Headrace.Filters;
using Headrace.Handlers;
using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Pipeline;

/// <summary>Compiles the ways to handlers: once for each, at startup.</summary>
internal sealed class RouteFactory
{
    private readonly GroupSurroundings _surroundings;
    private readonly HandlerServices _services;
    private readonly ILogger _scope;

    public RouteFactory(GroupSurroundings surroundings) =>
        (_surroundings, _services, _scope) = (surroundings, new(surroundings.Services), surroundings.Loggers.CreateLogger(LogScope.Category));

    public HandlerRoute Create(HandlerModel handler)
    {
        var type = handler.Source.MessageType;
        var name = type?.Name ?? handler.Source.Name;
        return new(type is null ? null : Reader(handler, type), type, Compile(handler), new(handler.Name, name, handler.Failures))
        {
            CreateBatch = handler.Batch is null ? null : BatchTypes.CreatorOf(type!),
        };
    }

    /// <summary>The filters of records, outermost first, around what is their context's; <see langword="null"/> where there are none.</summary>
    public RecordStep? Compile(IReadOnlyList<FilterList<RecordFilter>> filters)
    {
        var all = filters.SelectMany(list => list.Create(_surroundings.Services)).ToList();
        return all.Count == 0
            ? null
            : Enumerable.Reverse(all).Aggregate((RecordStep)(static context => context.ContinueAsync()), static (next, filter) => context => filter(context, next));
    }

    /// <summary>The same way for messages that arrive as a subtype.</summary>
    public static HandlerRoute ForSubtype(HandlerRoute route, Type derived, TopicModel topic)
    {
        var handler = topic.Handlers.Single(handler => handler.Source.MessageType == route.MessageType);
        return route with
        {
            Read = Reader(handler, derived),
            MessageType = derived,
            Subject = route.Subject with { Message = derived.Name },
        };
    }

    private static Func<Record, object> Reader(HandlerModel handler, Type type)
    {
        var read = FormatTypes.CreateReader(handler.Format, type);
        return handler.Validates ? record => MessageValidation.Check(read(record)) : read;
    }

    // From the inside out: the handler, its filters, the log scope, what waits for produced records – it is cheapest where nothing has touched the
    // async-local values – and what produces the result.
    private MessageDelegate Compile(HandlerModel handler)
    {
        var run = handler.Source.Bind(_services);
        foreach (var filter in handler.Filters.Reverse())
        {
            run = filter.Bind(_services, run);
        }

        run = new LogScope(run, _scope).RunAsync;
        run = _surroundings.HasTransactions ? run : AwaitProduced(run);
        if (handler is { Destination: { } topic, Source.ResultType: { } result })
        {
            run = new ResultProducer(run, topic, _surroundings, Encoder(topic, result, handler.ResultFormat ?? _surroundings.ResultFormat)).RunAsync;
        }

        // The result belongs into the transaction too.
        return _surroundings.HasTransactions ? AwaitProduced(run) : run;
    }

    private MessageDelegate AwaitProduced(MessageDelegate run) =>
        _surroundings.AwaitProduced is { } awaitProduced ? FilterSource.Of(awaitProduced).Bind(_services, run) : run;

    private static MessageEncoder<object> Encoder(string topic, Type result, IMessageFormat format) =>
        new(topic, MessageTypeName.Of(result), FormatTypes.CreateWriter(format, result, topic));
}
