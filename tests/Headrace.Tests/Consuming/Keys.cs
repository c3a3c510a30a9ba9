using System.Runtime.InteropServices;
using Headrace.Consuming;

namespace Headrace.Tests.Consuming;

/// <summary>Keys in native memory, as the client library would hold them.</summary>
internal sealed unsafe class Keys : IDisposable
{
    private readonly List<nint> _memory = [];

    public void Point(TrackedRecord record, byte[]? key)
    {
        var memory = key is null ? 0 : Marshal.AllocHGlobal(Math.Max(1, key.Length));
        key?.CopyTo(new Span<byte>((void*)memory, key.Length));
        record.Record.Point(memory, (byte*)memory, key?.Length ?? -1, null, -1, null);
        if (memory != 0)
        {
            _memory.Add(memory);
        }
    }

    public void Dispose() => _memory.ForEach(Marshal.FreeHGlobal);
}
