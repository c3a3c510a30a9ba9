using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Wire;

internal static class Codec
{
    public static byte[] Write(IWireMessage message, int version, bool flexible)
    {
        var output = new WireOutput();
        var wire = new WireWriter(output, flexible);
        message.Walk(ref wire, version);
        wire.Complete();
        return BytesOf(output);
    }

    /// <summary>The frame's content, without its length.</summary>
    public static byte[] BytesOf(WireOutput output)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var written = output.WriteToAsync(pipe.Writer);
        Assert.True(written.IsCompletedSuccessfully);
        pipe.Writer.Complete();
        Assert.True(pipe.Reader.TryRead(out var read));
        var bytes = read.Buffer.ToArray();
        Assert.Equal(bytes.Length - sizeof(int), BinaryPrimitives.ReadInt32BigEndian(bytes));
        Assert.Equal(bytes.Length - sizeof(int), output.Length);
        return bytes[sizeof(int)..];
    }

    /// <summary>Returns how many bytes were left over.</summary>
    public static long Read(IWireMessage message, ReadOnlySequence<byte> bytes, int version, bool flexible)
    {
        var wire = new WireReader(bytes, flexible);
        message.Walk(ref wire, version);
        return wire.Remaining;
    }

    /// <summary>The same bytes in segments of random length, as a pipe hands them out.</summary>
    public static ReadOnlySequence<byte> Segmented(byte[] bytes, Random random)
    {
        Segment? first = null, last = null;
        for (var start = 0; start < bytes.Length;)
        {
            var length = random.Next(1, Math.Min(9, bytes.Length - start) + 1);
            var memory = bytes.AsMemory(start, length);
            last = last is null ? first = new Segment(memory, 0) : last.Append(memory);
            start += length;
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
