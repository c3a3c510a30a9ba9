using Headrace.Clients.Native;

namespace Headrace.Producing;

/// <summary>
/// Records for which the native send queue had no room, first come, first served: while one waits, every later record waits behind it, so that a caller's
/// order holds. Any thread.
/// </summary>
internal sealed class WaitingSends(TimeSpan timeout)
{
    private readonly Lock _lock = new();
    private readonly Queue<WaitingSend> _sends = new();
    private int _count;
    private bool _isClosed;

    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Lets a copy of the record wait; <see langword="null"/> when the producer is closed.</summary>
    public WaitingSend? Add(in OutgoingRecord record, Delivery delivery)
    {
        var send = new WaitingSend(Copy(record), delivery, TimeProvider.System.GetTimestamp());
        lock (_lock)
        {
            if (_isClosed)
            {
                return null;
            }

            _sends.Enqueue(send);
            _count++;
            return send;
        }
    }

    /// <summary>Sends what there is room for. Whoever cannot be sent is left to <see cref="PumpAndTakeFailed"/>.</summary>
    public void Pump(ProducerSession? session)
    {
        lock (_lock)
        {
            while (_sends.TryPeek(out var send) && Try(session, send).IsNone)
            {
                Remove();
            }
        }
    }

    /// <summary>As <see cref="Pump"/>; whom the library refuses, and who waited too long, comes back with the reason.</summary>
    public IReadOnlyList<(Delivery Delivery, NativeError Error)> PumpAndTakeFailed(ProducerSession? session)
    {
        if (IsEmpty)
        {
            return [];
        }

        var failed = new List<(Delivery, NativeError)>();
        lock (_lock)
        {
            while (_sends.TryPeek(out var send))
            {
                var error = Try(session, send);
                if (error.Code is ErrorCode.QueueFull or ErrorCode.Fatal)
                {
                    break;
                }

                if (!error.IsNone)
                {
                    failed.Add((send.Delivery, error));
                }

                Remove();
            }
        }

        return failed;
    }

    /// <summary>Lets nobody in any more, and everybody out, unsent.</summary>
    public IReadOnlyList<Delivery> Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            var left = _sends.Select(send => send.Delivery).ToArray();
            while (_sends.Count > 0)
            {
                Remove();
            }

            return left;
        }
    }

    private NativeError Try(ProducerSession? session, WaitingSend send)
    {
        if (!send.Delivery.IsPending || TimeProvider.System.GetElapsedTime(send.Since) > timeout)
        {
            return new(ErrorCode.MessageTimedOut);
        }

        return session?.Send(send.Record, send.Delivery) ?? new(ErrorCode.Fatal);
    }

    // Counted out after it was sent: until then a later record of the same caller must queue up here.
    private void Remove()
    {
        _sends.Dequeue().Left.Set();
        Volatile.Write(ref _count, _sends.Count);
    }

    // The caller may use its memory for something else as soon as it stops waiting.
    private static OutgoingRecord Copy(in OutgoingRecord record)
    {
        RecordHeaders? headers = null;
        if (record.Headers is { Count: > 0 } given)
        {
            headers = [];
            headers.AddRange(given);
        }

        return record with { Value = record.Value?.ToArray(), Headers = headers };
    }
}

/// <summary>One record that waits for room.</summary>
/// <param name="Record">A copy of the record.</param>
/// <param name="Delivery">Whom to tell.</param>
/// <param name="Since">When it began to wait.</param>
internal sealed record WaitingSend(OutgoingRecord Record, Delivery Delivery, long Since)
{
    /// <summary>Set when it waits no longer: it is sent, or it has failed.</summary>
    public ManualResetEventSlim Left { get; } = new();
}
