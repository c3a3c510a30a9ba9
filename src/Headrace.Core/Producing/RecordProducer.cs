using System.Globalization;
using Headrace.Clients;
using Headrace.Clients.Native;
using Headrace.Producing;
using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>Produces records: <c>acks=all</c>, idempotent, the key decides the partition as in Java. Safe for many threads.</summary>
public sealed class RecordProducer : IAsyncDisposable
{
    private const string Category = "Headrace.Producing";
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan FlushPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FlushSlice = TimeSpan.FromMilliseconds(100);
    private readonly FlushGate _gate = new();
    private readonly UnheardFailures _unheard;
    private readonly ConnectionState _connection;
    private readonly ProduceFaults _faults;
    private readonly DeliveryPool _pool;
    private readonly WaitingSends _waiting;
    private readonly DeliveryLoop _loop;
    private readonly Lock _closing = new();
    private volatile bool _isClosed;
    private Task? _closed;

    /// <summary>A producer; it connects in the background, Kafka need not be there yet.</summary>
    /// <param name="clientSettings">Settings of the client library, verbatim, over our defaults; docs/settings.md lists them.</param>
    /// <param name="loggers">Where it logs: category <c>Headrace.Producing</c>.</param>
    /// <param name="events">What the client asks for and tells. Default: nothing.</param>
    /// <exception cref="ClientSettingsException">The settings cannot be used; it names every fault.</exception>
    public RecordProducer(IReadOnlyDictionary<string, string> clientSettings, ILoggerFactory loggers, ClientEvents? events = null)
        : this(ClientSettings.For(ClientRole.Producer, clientSettings, events), loggers, "the producer", events)
    {
    }

    internal RecordProducer(ClientSettings settings, ILoggerFactory loggers, string name, ClientEvents? events)
    {
        var logger = loggers.CreateLogger(Category);
        settings.Log(logger, name);
        _connection = new(logger, char.ToUpperInvariant(name[0]) + name[1..]);
        _faults = new(settings, _connection);
        _unheard = new(logger);
        _pool = new(_faults, _unheard);
        _waiting = new(MessageTimeout(settings));
        _loop = new(settings.HeardBy(new(name, events ?? new(), logger)), _connection, _pool, _waiting, logger);
    }

    /// <summary>Whether the cluster answers. A producer that never reached it, or lost every broker, is not connected.</summary>
    public bool IsConnected => _connection.IsConnected;

    /// <summary>The newest error of the connection that is not yet over; <see langword="null"/> when there is none.</summary>
    public string? LastError => _connection.LastError;

    internal ProducerSession? Session => _loop.Session;

    /// <summary>The error after which nothing takes the producer's place: somebody else has. Success while there is none.</summary>
    internal NativeError Fatal => _loop.Fatal;

    /// <summary>Puts another native producer in a session's place: nothing may be on its way by it.</summary>
    internal void Retire(ProducerSession session) => _loop.Retire(session);

    /// <summary>Records that the broker has acknowledged, by topic.</summary>
    internal IReadOnlyDictionary<string, long> Acknowledged => _loop.Acknowledged.Snapshot();

    /// <summary>
    /// Produces a record; completes with its position when the broker has acknowledged it, else with a <see cref="ProduceException"/>, once. A full send
    /// queue is waited for. Cancelling stops the waiting, not the record: it may still be stored. The record's bytes are copied before this returns, also
    /// when it then waits. <see cref="OutgoingRecord.Timeout"/> ends it earlier than <c>message.timeout.ms</c>. The offset is -1 when a retry found the record stored already and the broker no longer said where.
    /// </summary>
    /// <exception cref="ProduceException">The record was refused, or not acknowledged within <c>message.timeout.ms</c>.</exception>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation = default) =>
        ProduceAsync(record, watch: null, cancellation);

    /// <summary>
    /// Produces a record and calls back, on the producer's own thread, when it is acknowledged or has failed. A full send queue blocks the caller, except
    /// within a callback. The callback must be short and must not throw. Without one, a failure is logged.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    public void Produce(in OutgoingRecord record, Action<RecordPosition, ProduceException?>? onDelivered) => Produce(record, watch: null, onDelivered);

    /// <summary>
    /// Produces records in their order, and completes when all have ended: with their positions in the same order, or with the failure of the first that
    /// failed; the others may be in the log. Cheaper than awaiting each. A full send queue is waited for. Cancelling stops the waiting, not the records.
    /// </summary>
    /// <param name="records">The records.</param>
    /// <param name="timeout">How long to wait, at most, as <see cref="OutgoingRecord.Timeout"/>, which does not count here. Default: as long as each may take.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="ProduceException">A record was refused, or not acknowledged within <c>message.timeout.ms</c>.</exception>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    public Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(IReadOnlyList<OutgoingRecord> records, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        ProduceManyAsync(records, watch: null, timeout, cancellation);

    /// <summary>Waits until everything produced so far is acknowledged or has failed.</summary>
    /// <exception cref="OperationCanceledException">The deadline came first; the records are still on their way.</exception>
    public async Task FlushAsync(CancellationToken deadline)
    {
        var done = _gate.WhenDone();
        // The library sends what lingers only while it is asked to.
        while (!done.IsCompleted)
        {
            deadline.ThrowIfCancellationRequested();
            await Task.WhenAny(done, Task.Run(() => _loop.Session?.Flush(FlushSlice), CancellationToken.None));
            // Its count is zero a moment before the last delivery is reported, and while records wait for room.
            await Task.WhenAny(done, Task.Delay(FlushPause, TimeProvider.System, CancellationToken.None));
        }
    }

    /// <summary>Flushes, at most 6 s, and closes, at most 10 s in all. What was not acknowledged ends in an exception.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            _isClosed = true;
            return new(_closed ??= CloseAsync());
        }
    }

    private static TimeSpan MessageTimeout(ClientSettings settings)
    {
        var milliseconds = int.Parse(settings.Effective("message.timeout.ms")!, CultureInfo.InvariantCulture);
        return milliseconds == 0 ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>Throws what the client would say of a record that is too large for it, before it is produced.</summary>
    internal void RefuseTooLarge(in OutgoingRecord record)
    {
        if (ProducerHandle.SizeOf(record) is var size && size > _faults.MaxBytes)
        {
            throw _faults.TooLarge(record.Topic, size);
        }
    }

    internal ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, IDeliveryWatch? watch, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RecordPosition>(cancellation);
        }

        var delivery = Prepare(record, new(IsAwaited: true, Watch: watch));
        Send(record, delivery, blocks: false);
        delivery.AbandonOn(cancellation);
        return delivery.Task;
    }

    internal void Produce(in OutgoingRecord record, IDeliveryWatch? watch, Action<RecordPosition, ProduceException?>? onDelivered) =>
        Send(record, Prepare(record, new(IsAwaited: false, onDelivered, watch)), blocks: !_loop.IsCurrentThread);

    internal async Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(
        IReadOnlyList<OutgoingRecord> records, IDeliveryWatch? watch, TimeSpan? timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (records.Count == 0)
        {
            return [];
        }

        ObjectDisposedException.ThrowIf(_isClosed, this);
        var deliveries = new ManyDeliveries(records.Count, watch);
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            Send(record, PrepareOpen(record, new(IsAwaited: false, Watch: deliveries, Index: i)), blocks: false);
        }

        try
        {
            return await deliveries.Task.WaitAsync(timeout ?? Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (TimeoutException) when (timeout is { } given)
        {
            throw _faults.OfDeadline(records[0].Topic, given);
        }
    }

    private Delivery Prepare(in OutgoingRecord record, in DeliveryTarget target)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return PrepareOpen(record, target);
    }

    private Delivery PrepareOpen(in OutgoingRecord record, in DeliveryTarget target)
    {
        var delivery = _pool.Rent();
        delivery.Prepare(record, target);
        delivery.Generation = _gate.Add();
        return delivery;
    }

    private void Send(in OutgoingRecord record, Delivery delivery, bool blocks)
    {
        var error = _waiting.IsEmpty && _loop.Session is { } session ? session.Send(record, delivery) : new(ErrorCode.QueueFull);
        switch (error.Code)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.QueueFull or ErrorCode.Fatal:
                Wait(record, delivery, blocks);
                break;
            default:
                Fail(delivery, _faults.Of(delivery, error.Code, error.Detail, possiblyPersisted: false));
                break;
        }
    }

    private void Wait(in OutgoingRecord record, Delivery delivery, bool blocks)
    {
        if (_waiting.Add(record, delivery) is not { } send)
        {
            Fail(delivery, ProduceFaults.OfClosed(record.Topic, possiblyPersisted: false));
            return;
        }

        // Room may have come between the refusal and now, with no delivery left that would wake the loop.
        _waiting.Pump(_loop.Session);
        if (blocks)
        {
            send.Left.Wait();
        }
    }

    private void Fail(Delivery delivery, ProduceException failure)
    {
        var generation = delivery.Generation;
        if (delivery.Complete(new(delivery.Topic, -1, -1), failure))
        {
            _pool.Return(delivery);
        }

        generation?.Remove();
    }

    private async Task CloseAsync()
    {
        using var deadline = new CancellationTokenSource(FlushTime);
        try
        {
            await FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // What is left ends in an exception of its own.
        }

        await _loop.StopAsync();
        _unheard.Flush();
    }
}
