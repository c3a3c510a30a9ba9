using System.Net.Sockets;
using Headrace.Broker.Wire;
using Microsoft.Win32.SafeHandles;

namespace Headrace.Broker.Storage;

/// <summary>Some bytes of a segment file. They stay readable when the file is deleted or replaced meanwhile.</summary>
internal sealed class StoredBytes(SafeFileHandle file, string path, long position, int length) : UnreadBytes(length)
{
    /// <summary>What of the file they are, from one of them on, for whoever can send from a file.</summary>
    public SendPacketsElement From(int start, int count) => new(new FileStream(file, FileAccess.Read, bufferSize: 0, isAsync: true), position + start, count);

    public override void Read(int start, Span<byte> buffer)
    {
        for (var total = 0; total < buffer.Length;)
        {
            var read = RandomAccess.Read(file, buffer[total..], position + start + total);
            total += read > 0 ? read : throw new IOException($"'{path}' ends before {position + start + buffer.Length}: somebody else has changed it.");
        }
    }
}
