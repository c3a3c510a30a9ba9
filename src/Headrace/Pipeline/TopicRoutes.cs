using System.Text;
using Headrace.Failures;
using Headrace.Formats;
using Headrace.Topology;

namespace Headrace.Pipeline;

/// <summary>Chooses the handler for a record of one mapped topic.</summary>
internal sealed class TopicRoutes
{
    /// <summary>A type's name comes from the wire: no more of it is kept.</summary>
    private const int MaxName = 200;

    private readonly TopicModel _topic;
    private readonly TypeTable<HandlerRoute?> _byName = new();
    private readonly Dictionary<Type, HandlerRoute> _byType = [];
    private readonly RouteChoice _tombstone;
    private readonly RouteChoice _untyped;
    private readonly HandlerRoute? _raw;

    public TopicRoutes(TopicModel topic, RouteFactory factory)
    {
        _topic = topic;
        foreach (var handler in topic.Handlers)
        {
            var route = factory.Create(handler);
            _byName.TryAdd(handler.WireName, route);
            _byType.Add(route.MessageType!, route);
        }

        foreach (var route in _byType.Values.ToList())
        {
            AddDerived(route);
        }

        foreach (var name in topic.Ignored)
        {
            _byName.TryAdd(name, null);
        }

        var only = topic.Handlers.Count == 1 ? _byType[topic.Handlers[0].Source.MessageType!] : null;
        _raw = topic.Raw is { } raw ? factory.Create(raw) : null;
        _tombstone = new(topic.Tombstone is { } tombstone ? factory.Create(tombstone) : _raw);
        _untyped = new(only ?? _raw, topic.Handlers.Count == 0 ? "(untyped)" : null);
        Unhandled = new("", "record", topic.Failures);
        Filtered = factory.Compile(topic.RecordFilters);
    }

    /// <summary>The filters around every record; <see langword="null"/> where there are none.</summary>
    public RecordStep? Filtered { get; }

    /// <summary>How its records are put together; <see langword="null"/> when they are handled one by one.</summary>
    public BatchLimits? Batch => _topic.Batch;

    /// <summary>What a record is called that no handler takes.</summary>
    public FailureSubject Unhandled { get; }

    public UnknownTypes UnknownTypes => _topic.UnknownTypes;

    public IEnumerable<string> KnownTypes => _topic.Handlers.Select(handler => handler.WireName);

    public RouteChoice Choose(Record record)
    {
        if (record.IsTombstone)
        {
            return _tombstone;
        }

        if ((_topic.ResolveType?.Invoke(record) ?? _topic.Format.TypeNameOf(record)) is { } name)
        {
            return _byName.TryGet(name, out var named) ? Found(named, name) : Unknown(name);
        }

        var headers = record.Headers;
        if (headers.Count > 0 && (headers.TryGetLast(WireHeaders.CloudEventsType, out var type) || headers.TryGetLast(WireHeaders.Type, out type)))
        {
            return !_byName.TryGet(type.Value.Span, out var route) ? Unknown(Text(type.Value.Span)) : Found(route, "");
        }

        return _untyped;
    }

    /// <summary>The route for what was read: a message of a mapped subtype goes to the handler of that.</summary>
    public HandlerRoute Nearest(HandlerRoute route, object message)
    {
        if (message.GetType() != route.MessageType)
        {
            for (var type = message.GetType(); type is not null && type != route.MessageType; type = type.BaseType)
            {
                if (_byType.TryGetValue(type, out var nearer))
                {
                    return nearer;
                }
            }
        }

        return route;
    }

    private static RouteChoice Found(HandlerRoute? route, string name) => new(route, name, IsIgnored: route is null);

    private RouteChoice Unknown(string name) => new(_raw, name.Length == 0 ? "(no name)" : name.Length > MaxName ? name[..MaxName] : name);

    private static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name.Length > MaxName ? name[..MaxName] : name);

    // A base type's handler takes the subtypes that the type itself declares, by their own names; those with a handler of their own excepted.
    private void AddDerived(HandlerRoute route)
    {
        foreach (var derived in DerivedTypes.Of(route.MessageType!).Where(derived => !_byType.ContainsKey(derived)))
        {
            var nearest = _byType.Values.Where(candidate => candidate.MessageType!.IsAssignableFrom(derived)).Aggregate(Nearer);
            if (nearest == route)
            {
                _byName.TryAdd(MessageTypeName.Of(derived), RouteFactory.ForSubtype(route, derived, _topic));
            }
        }

        static HandlerRoute Nearer(HandlerRoute one, HandlerRoute other) => one.MessageType!.IsAssignableFrom(other.MessageType) ? other : one;
    }
}
