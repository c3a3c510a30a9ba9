using Headrace.Clients;
using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>
/// The one thread that polls a producer: it completes deliveries, lets waiting records in, watches the connection, and replaces a native producer that
/// failed for good.
/// </summary>
internal sealed class DeliveryLoop
{
    private const int BatchSize = 256;
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly ClientSettings _settings;
    private readonly ILogger _logger;
    private readonly ConnectionState _connection;
    private readonly ProduceFaults _faults;
    private readonly WaitingSends _waiting;
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeliveryPool _pool;
    private readonly NativeMessage[] _batch = new NativeMessage[BatchSize];

    // Given back at once after a batch: producing threads are disturbed once for many records.
    private readonly List<Delivery> _free = new(BatchSize);
    private FlushGate.Generation? _generation;
    private int _ended;
    private volatile ProducerSession? _session;
    private volatile ProducerSession? _retired;
    private TimeSpan _pause = FirstPause;
    private int _thread;

    public DeliveryLoop(ClientSettings settings, ConnectionState connection, DeliveryPool pool, WaitingSends waiting, ILogger logger)
    {
        (_settings, _connection, _pool, _faults, _waiting, _logger) = (settings, connection, pool, pool.Faults, waiting, logger);
        _session = new(settings, pool);
        new Thread(Run) { IsBackground = true, Name = "headrace-producer" }.Start();
    }

    /// <summary>The session that takes records; <see langword="null"/> while there is none.</summary>
    public ProducerSession? Session => _session;

    /// <summary>Why there will be no other session: a producer with the same transactional id has taken over. Success while there is another.</summary>
    public NativeError Fatal { get; private set; }

    public AcknowledgedCounts Acknowledged { get; } = new();

    /// <summary>Whether the caller is this loop, inside a callback: it must not wait for the loop.</summary>
    public bool IsCurrentThread => Environment.CurrentManagedThreadId == _thread;

    /// <summary>Puts another native producer in a session's place, although it has not failed.</summary>
    public void Retire(ProducerSession session) => _retired = session;

    /// <summary>Ends everything that is still open with an exception; completes when the native producer is gone, within 3 s.</summary>
    public Task StopAsync()
    {
        _stop.TrySetResult();
        return _gone.Task;
    }

    private void Run()
    {
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            while (_session is { } session)
            {
                Serve(session);
                _session = null;
                End(session);
                _session = session.Fatal.Code == ErrorCode.Fenced ? null : Replace();
            }
        }
        finally
        {
            foreach (var delivery in _waiting.Close())
            {
                Complete(delivery, ProduceFaults.OfClosed(delivery.Topic, possiblyPersisted: false));
            }

            GiveBack();
            _gone.SetResult();
        }
    }

    private void Serve(ProducerSession session)
    {
        while (!_stop.Task.IsCompleted && session.Fatal.IsNone && session != _retired)
        {
            Poll(session, PollTime);
            PumpWaiting(session);
            _connection.Probe(time => session.Handle.TryReadMetadata(onlyKnownTopics: true, time, out _));
        }
    }

    private void Poll(ProducerSession session, TimeSpan time)
    {
        using var happened = session.Handle.Queue.Poll(time);
        if (happened.IsEmpty)
        {
            // A send that met the fatal error came before its event.
            session.CheckFatal();
            return;
        }

        session.Handle.Queue.Hear(happened);
        switch (happened.Kind)
        {
            case EventKinds.Delivery:
                CompleteAll(session, happened);
                break;
            case EventKinds.Error:
                _connection.Failed(happened.Error);
                session.CheckFatal();
                break;
            case EventKinds.Log:
                var (level, facility, text) = happened.Log;
                _logger.Log(level <= 2 ? LogLevel.Error : LogLevel.Debug, "{Facility}: {Text}", facility, text);
                break;
            default:
                break;
        }
    }

    private void CompleteAll(ProducerSession session, in NativeEvent happened)
    {
        for (var count = happened.NextDeliveries(_batch); count > 0; count = happened.NextDeliveries(_batch))
        {
            for (var i = 0; i < count; i++)
            {
                ref readonly var message = ref _batch[i];
                var delivery = session.Take(message);
                if (message.Error != ErrorCode.None)
                {
                    Complete(delivery, Failure(session, delivery, message));
                    continue;
                }

                _connection.Succeeded();
                _pause = FirstPause;
                Acknowledged.Add(delivery.Topic);
                // A retried record that was stored the first time has no offset in the reply.
                Complete(delivery, null, new(delivery.Topic, message.Partition, Math.Max(message.Offset, -1)));
            }

            GiveBack();
        }
    }

    private ProduceException Failure(ProducerSession session, Delivery delivery, in NativeMessage message)
    {
        if (session.CheckFatal())
        {
            return ProduceFaults.OfFatal(delivery.Topic, session.Fatal);
        }

        return message.Error is ErrorCode.PurgedFromQueue or ErrorCode.PurgedInFlight
            ? ProduceFaults.OfClosed(delivery.Topic, message.IsPossiblyPersisted)
            : _faults.Of(delivery, message.Error, detail: null, message.IsPossiblyPersisted);   // The broker's own text is not safe to read: the library frees it before.
    }

    private void End(ProducerSession session)
    {
        if (session.Fatal.Code == ErrorCode.Fenced)
        {
            Fatal = session.Fatal;
            _logger.Fenced(session.Fatal.ToString());
        }
        else if (!session.Fatal.IsNone)
        {
            _logger.Failed(session.Fatal.ToString());
        }

        if (session.Fatal.IsNone && session != _retired && session.Owed > 0)
        {
            _logger.ClosedWithout(session.Owed);
        }

        foreach (var delivery in session.End(() => Poll(session, PollTime)))
        {
            Complete(delivery, session.Fatal.IsNone ? ProduceFaults.OfClosed(delivery.Topic, possiblyPersisted: true) : ProduceFaults.OfFatal(delivery.Topic, session.Fatal));
        }

        GiveBack();
    }

    private ProducerSession? Replace()
    {
        while (!_stop.Task.Wait(_pause))
        {
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            try
            {
                return new(_settings, _pool);
            }
            catch (InvalidOperationException exception)
            {
                _logger.NotReplaced(exception, _pause);
            }

            PumpWaiting(null);
        }

        return null;
    }

    private void PumpWaiting(ProducerSession? session)
    {
        foreach (var (delivery, error) in _waiting.PumpAndTakeFailed(session))
        {
            Complete(delivery, _faults.Of(delivery, error.Code, error.Detail, possiblyPersisted: false));
        }

        GiveBack();
    }

    private void Complete(Delivery delivery, ProduceException? failure, RecordPosition position = default)
    {
        var generation = delivery.Generation;
        if (delivery.Complete(failure is null ? position : new(delivery.Topic, -1, -1), failure))
        {
            _free.Add(delivery);
        }

        if (generation != _generation)
        {
            CountOut();
            _generation = generation;
        }

        _ended++;
    }

    private void GiveBack()
    {
        _pool.Return(_free);
        CountOut();
    }

    private void CountOut()
    {
        _generation?.Remove(_ended);
        (_generation, _ended) = (null, 0);
    }
}
