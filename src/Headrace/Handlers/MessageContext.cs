using Microsoft.Extensions.DependencyInjection;

namespace Headrace;

/// <summary>
/// A message on its way through filters and handler. Instances are reused: do not keep one after the handler's task has completed, or it
/// throws, or shows another message. Used by one thread at a time.
/// </summary>
public sealed class MessageContext
{
    private IServiceProvider? _root;
    private IServiceProvider? _services;
    private AsyncServiceScope? _scope;
    private Record? _record;
    private RecordPosition _position;
    private DateTimeOffset _timestamp;
    private int _ownHeaders;
    private bool _isCopy;
    private RecordHeaders? _headers;
    private RecordKey? _key;
    private Dictionary<string, object?>? _items;
    private PendingSettlement? _pending;
    private object? _message;
    private object? _result;
    private bool _isOver;

    internal MessageContext()
    {
    }

    /// <summary>The group that handles the message.</summary>
    public string Group { get; private set; } = "";

    /// <summary>The handler's name.</summary>
    public string Handler { get; private set; } = "";

    /// <summary>The message; <see langword="null"/> for a tombstone and for a handler of raw records. A filter may replace it by one of the same type.</summary>
    public object? Message
    {
        get => _isOver ? throw Over() : _message;
        set => _message = _isOver ? throw Over() : value;
    }

    /// <summary>What the handler returned, set when it has completed; a filter may replace it. <see langword="null"/> produces nothing.</summary>
    public object? Result
    {
        get => _isOver ? throw Over() : _result;
        set => _result = _isOver ? throw Over() : value;
    }

    /// <summary>Topic, partition and offset.</summary>
    public RecordPosition Position => _isOver ? throw Over() : _isCopy ? _position : _record?.Position ?? _position;

    /// <summary>The record's timestamp. Of one that comes from a retry topic, that of the record it was first; so are its position and headers.</summary>
    public DateTimeOffset Timestamp => _isOver ? throw Over() : _isCopy ? _timestamp : _record?.Timestamp ?? DateTimeOffset.UnixEpoch;

    /// <summary>Which try this is; 1 is the first. Tries in retry topics count on.</summary>
    public int Attempt { get; private set; } = 1;

    /// <summary>Fires when the partition is lost or the shutdown deadline passes.</summary>
    public CancellationToken Cancellation { get; private set; }

    /// <summary>The record's key. It may be kept.</summary>
    public RecordKey Key => _isOver ? throw Over() : _key ??= _record?.CopyKey() ?? RecordKey.None;

    /// <summary>A copy of the record's headers. It may be kept and changed.</summary>
    public RecordHeaders Headers => _isOver ? throw Over() : _headers ??= CopyHeaders();

    /// <summary>Services of this message's own scope, which is made when first asked for and disposed after the handler.</summary>
    public IServiceProvider Services => _isOver ? throw Over() : _services ??= OpenScope();

    /// <summary>For filters and handler to hand things to each other.</summary>
    public IDictionary<string, object?> Items => _isOver ? throw Over() : _items ??= [];

    /// <summary>The record itself; <see langword="null"/> in a test's context.</summary>
    internal Record? Record => _record;

    /// <summary>Whether something is left to do when the handler has completed: a scope to dispose, a settlement to wait for.</summary>
    internal bool IsOpen => _scope is not null || _pending is not null;

    /// <summary>A context for calling a handler in a unit test, without Kafka.</summary>
    /// <param name="message">The message.</param>
    /// <param name="key">The record's key. Default: none.</param>
    /// <param name="headers">The record's headers. Default: none.</param>
    /// <param name="position">Where the record was. Default: <c>test[0]@0</c>.</param>
    /// <param name="services">What <see cref="Services"/> gives. Default: nothing, asking throws.</param>
    /// <param name="cancellation">The token that the handler sees.</param>
    public static MessageContext ForTest(
        object? message,
        RecordKey key = default,
        RecordHeaders? headers = null,
        RecordPosition? position = null,
        IServiceProvider? services = null,
        CancellationToken cancellation = default) => new()
        {
            Group = "test",
            Handler = "test",
            Message = message,
            Cancellation = cancellation,
            _position = position ?? new("test", 0, 0),
            _key = key,
            _headers = headers ?? [],
            _services = services,
        };

    /// <summary>
    /// The record is not settled when its handler completes, but when the returned object is settled or failed. Meanwhile its worker stays occupied, its
    /// key waits, and the message's scope stays open; context and record are valid only until the handler completes, so copy what is needed
    /// later. A handler that throws after all fails the record. Asking again returns the same object.
    /// </summary>
    public PendingSettlement SettleLater() => _isOver ? throw Over() : _pending ??= new(Position);

    /// <summary>Waits for the settlement when it comes later.</summary>
    internal Task WhenSettledAsync() => _pending?.WaitAsync(Cancellation) ?? Task.CompletedTask;

    /// <summary>The handler threw: a settlement that comes later is too late.</summary>
    internal void CloseSettlement() => _pending?.TryClose();

    internal void Begin(Record record, string group, string handler, int attempt, IServiceProvider root)
    {
        _isOver = false;
        _record = record;
        _root = root;
        Group = group;
        Handler = handler;
        Attempt = attempt;
        Cancellation = record.Cancellation;
    }

    /// <summary>The record is a copy of one that was elsewhere first.</summary>
    /// <param name="position">Where it was.</param>
    /// <param name="timestamp">Its timestamp there.</param>
    /// <param name="headers">How many headers it had there.</param>
    internal void BeginCopy(RecordPosition position, DateTimeOffset timestamp, int headers) =>
        (_isCopy, _position, _timestamp, _ownHeaders) = (true, position, timestamp, headers);

    /// <summary>The message is a batch, and the record that it began with only its first.</summary>
    internal void BeginBatch(object batch, CancellationToken cancellation) => (Message, Cancellation) = (batch, cancellation);

    /// <summary>Disposes the scope, when one was opened.</summary>
    internal ValueTask CloseScopeAsync()
    {
        if (_scope is not { } scope)
        {
            return default;
        }

        _scope = null;
        _services = null;
        return scope.DisposeAsync();
    }

    /// <summary>Forgets everything, so that the instance can be used for another message.</summary>
    internal void Reset()
    {
        _record = null;
        _isCopy = false;
        _root = null;
        _services = null;
        _headers = null;
        _key = null;
        _items?.Clear();
        _pending = null;
        _message = null;
        _result = null;
        Cancellation = default;
        _isOver = true;
    }

    private static InvalidOperationException Over() => new(
        "The context was used after its handler had completed, when it may be another message's. Use it only until the handler's task completes, and copy what is needed later.");

    private RecordHeaders CopyHeaders()
    {
        var copy = new RecordHeaders();
        if (_record is not null)
        {
            copy.AddRange(_isCopy ? _record.Headers.Take(_ownHeaders) : _record.Headers);
        }

        return copy;
    }

    private IServiceProvider OpenScope()
    {
        var root = _root ?? throw new InvalidOperationException(
            "The context has no services: it was made by MessageContext.ForTest without them. Pass services.");
        _scope = root.CreateAsyncScope();
        return _scope.Value.ServiceProvider;
    }
}
