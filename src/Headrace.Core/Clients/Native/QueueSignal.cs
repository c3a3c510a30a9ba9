using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

/// <summary>
/// What one thread waits on, for any number of queues and for other threads: a set is never lost, several may be one wake-up. The waiter polls its
/// queues until they are empty after every wake-up.
/// </summary>
/// <remarks>
/// Threads: <see cref="Set"/> from any, librdkafka's own included; <see cref="Wait"/> from one. Ownership: every watched queue holds a reference, so a
/// handle that was abandoned keeps the signal alive for the callbacks that may still come.
/// </remarks>
internal sealed unsafe class QueueSignal : IDisposable
{
    private readonly AutoResetEvent _wake = new(false);
    private readonly nint _opaque;
    private int _references = 1;
    private int _isSet;
    private int _isDisposed;

    public QueueSignal() => _opaque = GCHandle.ToIntPtr(GCHandle.Alloc(this));

    public void Set()
    {
        if (Interlocked.Exchange(ref _isSet, 1) == 0)
        {
            _wake.Set();
        }
    }

    /// <summary>Waits until it is set or the time is over; true when it was set.</summary>
    public bool Wait(TimeSpan timeout)
    {
        var woken = _wake.WaitOne(timeout);
        // A full fence: who found it set from here back has its work seen by the polling that follows.
        Interlocked.Exchange(ref _isSet, 0);
        return woken;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Release();
        }
    }

    internal void Watch(nint queue)
    {
        Interlocked.Increment(ref _references);
        Librdkafka.rd_kafka_queue_cb_event_enable(queue, &OnEvent, _opaque);
    }

    // The library calls back under the queue's lock, which this call takes: after it no callback runs any more.
    internal void Unwatch(nint queue)
    {
        Librdkafka.rd_kafka_queue_cb_event_enable(queue, null, 0);
        Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            // The event itself is left to its finalizer: a worker may still set it.
            GCHandle.FromIntPtr(_opaque).Free();
        }
    }

    // Runs on a thread of librdkafka, under a lock of its own: it must not call the library.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnEvent(nint client, nint opaque) => ((QueueSignal)GCHandle.FromIntPtr(opaque).Target!).Set();
}
