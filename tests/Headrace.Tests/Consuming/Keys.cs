using System.Runtime.InteropServices;
using Headrace.Consuming;

namespace Headrace.Tests.Consuming;

/// <summary>Keys in native memory, as the client library would hold them.</summary>
internal sealed unsafe class Keys : IDisposable
{
    private readonly List<nint> _memory = [];

    public void Point(TrackedRecord record, byte[]? key) => Point(record.Record, key, native: 0);

    /// <param name="record">What is to point at the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="native">The message that it is said to come from.</param>
    public void Point(Record record, byte[]? key, nint native)
    {
        var memory = key is null ? 0 : Marshal.AllocHGlobal(Math.Max(1, key.Length));
        key?.CopyTo(new Span<byte>((void*)memory, key.Length));
        record.Point(native, (byte*)memory, key?.Length ?? -1, null, -1, null);
        if (memory != 0)
        {
            _memory.Add(memory);
        }
    }

    public void Dispose() => _memory.ForEach(Marshal.FreeHGlobal);
}
