using System.Buffers;

namespace Headrace.Broker.Wire;

/// <summary>Bytes that are still where they are kept. A frame takes them from there on their way out; whoever looks at them as memory has them read.</summary>
internal abstract class UnreadBytes(int length) : MemoryManager<byte>
{
    private byte[]? _read;

    public override Memory<byte> Memory => CreateMemory(length);

    /// <summary>Reads from this one on until the buffer is full.</summary>
    /// <exception cref="IOException">They cannot be read, or are not there any more.</exception>
    public abstract void Read(int start, Span<byte> buffer);

    public override Span<byte> GetSpan()
    {
        if (_read is null)
        {
            var bytes = GC.AllocateUninitializedArray<byte>(length);
            Read(0, bytes);
            _read = bytes;
        }

        return _read;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("Bytes that were not read cannot be pinned.");

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
