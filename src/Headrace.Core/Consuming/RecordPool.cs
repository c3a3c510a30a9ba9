using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>Records for reuse, and the count of native messages that are not freed yet: while there is one, its client handle must not be destroyed.</summary>
internal sealed class RecordPool
{
    private readonly Stack<TrackedRecord> _unused = new();
    private readonly Action<nint> _free;

    /// <param name="free">Frees a native message.</param>
    public RecordPool(Action<nint> free) => _free = free;

    /// <summary>Native messages that are held.</summary>
    public int Held { get; private set; }

    public TrackedRecord Rent()
    {
        Held++;
        return RentEmpty();
    }

    /// <summary>A record that holds no message yet.</summary>
    public TrackedRecord RentEmpty() => _unused.TryPop(out var record) ? record : new();

    /// <summary>Messages are held beside those of records; fewer, when it is negative.</summary>
    public void Hold(int messages) => Held += messages;

    /// <summary>Frees messages that no record has. Any thread.</summary>
    public void Free(ReadOnlySpan<NativeMessage> messages)
    {
        foreach (var message in messages)
        {
            _free(message.Pointer);
        }
    }

    /// <summary>No worker holds the record any more: its bytes are freed, and the record is used again as soon as the tracker has let it go too.</summary>
    public void Release(TrackedRecord record)
    {
        Held--;
        _free(record.Record.Native);
        record.Released = true;
        if (record.Passed)
        {
            Return(record);
        }
    }

    /// <summary>The tracker has let the record go.</summary>
    public void Pass(TrackedRecord record)
    {
        record.Passed = true;
        if (record.Released)
        {
            Return(record);
        }
    }

    private void Return(TrackedRecord record)
    {
        record.Reset();
        _unused.Push(record);
    }
}
