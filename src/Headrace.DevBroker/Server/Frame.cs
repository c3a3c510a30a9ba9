using System.Buffers;
using System.Buffers.Binary;
using Headrace.Broker.Requests;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Server;

/// <summary>A request or a response on the wire: its length in four bytes, a header, a body.</summary>
internal static class Frame
{
    /// <summary>Kafka's default of <c>socket.request.max.bytes</c>.</summary>
    public const int MaxLength = 100 * 1024 * 1024;

    /// <summary>Takes one whole frame off the front of the buffer, if it is there.</summary>
    public static bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        if (buffer.Length < prefix.Length)
        {
            return false;
        }

        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix);
        if (length is < 0 or > MaxLength)
        {
            throw new WireException($"A frame claims {length} bytes; 0 to {MaxLength} are allowed. The client may not speak Kafka's protocol, or may use TLS.");
        }

        if (buffer.Length - prefix.Length < length)
        {
            return false;
        }

        frame = buffer.Slice(prefix.Length, length);
        buffer = buffer.Slice(frame.End);
        return true;
    }

    /// <summary>What the frame at the front of the buffer asks for, as soon as that much of it is there.</summary>
    public static KafkaApi? KeyOf(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryReadBigEndian(out int _) && reader.TryReadBigEndian(out short key) ? (KafkaApi)key : null;
    }

    public static void WriteResponse(WireOutput output, RequestHandler handler, int version, int correlationId, IWireMessage response)
    {
        output.Clear();
        var wire = new WireWriter(output);
        wire.Int32(ref correlationId);
        wire.Flexible = handler.IsFlexible(version);
        if (handler.Key != KafkaApi.ApiVersions)
        {
            wire.Tags();
        }

        response.Walk(ref wire, version);
        wire.Complete();
    }
}
