using Headrace.Clients;
using Headrace.Clients.Native;

namespace Headrace.Producing;

/// <summary>
/// One native producer with the deliveries that it owes, from its making to its end; after a fatal error the next session takes over. Any thread sends;
/// the delivery loop alone polls and ends it.
/// </summary>
internal sealed class ProducerSession
{
    private const EventKinds Events = EventKinds.Delivery | EventKinds.Error | EventKinds.Log;
    private static readonly TimeSpan PurgeTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DestroyTime = TimeSpan.FromSeconds(1);
    private readonly DeliveryPool _pool;

    // Callers inside the native producer; the end adds a large number, after which nobody enters.
    private const int Ended = int.MinValue / 2;
    private int _callers;

    public ProducerSession(ClientSettings settings, DeliveryPool pool) => (Handle, _pool) = (new(settings.CreateConfiguration(), Events), pool);

    public ProducerHandle Handle { get; }

    /// <summary>Records whose reports are to come. Not cheap.</summary>
    public int Owed => _pool.OwedBy(this).Count;

    /// <summary>Set when the native producer can do nothing any more.</summary>
    public NativeError Fatal { get; private set; }

    /// <summary>Gives a record to the native producer. After an error the delivery is still the caller's.</summary>
    public NativeError Send(in OutgoingRecord record, Delivery delivery)
    {
        if (!TryEnter())
        {
            return new(ErrorCode.Fatal);
        }

        try
        {
            delivery.Session = this;
            var error = Handle.Produce(
                new OutgoingBytes
                {
                    Topic = record.Topic,
                    Partition = record.Partition,
                    HasKey = !record.Key.IsNone,
                    Key = record.Key.Bytes.Span,
                    IsTombstone = record.Value is null,
                    Value = record.Value.GetValueOrDefault().Span,
                    Headers = record.Headers,
                    Timestamp = record.Timestamp?.ToUnixTimeMilliseconds(),
                },
                delivery.Number);
            if (!error.IsNone)
            {
                delivery.Session = null;
            }

            return error;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Sends what lingers, and waits for it at most so long.</summary>
    public void Flush(TimeSpan time)
    {
        if (TryEnter())
        {
            try
            {
                Handle.Flush(time);
            }
            finally
            {
                Exit();
            }
        }
    }

    /// <summary>The delivery that a report is about; each once.</summary>
    public Delivery Take(in NativeMessage message)
    {
        var delivery = _pool[message.Opaque];
        if (delivery?.Session != this)
        {
            throw new InvalidOperationException($"The client library reported delivery {message.Opaque} twice.");
        }

        delivery.Session = null;
        return delivery;
    }

    /// <summary>Remembers the fatal error, if there is one.</summary>
    public bool CheckFatal()
    {
        if (Fatal.IsNone)
        {
            Fatal = Handle.FatalError();
        }

        return !Fatal.IsNone;
    }

    /// <summary>Purges what is left, has its reports taken by <paramref name="poll"/>, and destroys the native producer; what is still owed then is returned.</summary>
    public IReadOnlyList<Delivery> End(Action poll)
    {
        Interlocked.Add(ref _callers, Ended);
        var waiting = new SpinWait();
        while (Volatile.Read(ref _callers) != Ended)
        {
            waiting.SpinOnce();
        }

        Handle.Purge();
        var started = TimeProvider.System.GetTimestamp();
        while (Owed > 0 && TimeProvider.System.GetElapsedTime(started) < PurgeTime)
        {
            poll();
        }

        var left = _pool.OwedBy(this);
        foreach (var delivery in left)
        {
            delivery.Session = null;
        }

        Handle.Destroy(DestroyTime);
        return left;
    }

    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _callers) > 0)
        {
            return true;
        }

        Interlocked.Decrement(ref _callers);
        return false;
    }

    private void Exit() => Interlocked.Decrement(ref _callers);
}
