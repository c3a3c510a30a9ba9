using System.Buffers;
using System.Text;

namespace Headrace.Formats;

/// <summary>Makes records of messages of one type for one topic: the bytes, and the headers that say what they are.</summary>
internal sealed class MessageEncoder<T>
{
    private readonly string _topic;
    private readonly byte[] _type;
    private readonly MessageWriter<T> _write;

    public MessageEncoder(string topic, string typeName, MessageWriter<T> write) => (_topic, _type, _write) = (topic, Encoding.UTF8.GetBytes(typeName), write);

    /// <summary>The record of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="key">The record's key.</param>
    /// <param name="headers">The user's headers.</param>
    /// <param name="eventId">The event's id; a new one when there is none.</param>
    public OutgoingRecord Encode(T message, RecordKey key, RecordHeaders? headers = null, string? eventId = null)
    {
        var all = MessageHeaders.Of(_type, headers, eventId);
        var value = new ArrayBufferWriter<byte>(256);
        _write(message, value, all);
        return new(_topic, key, value.WrittenMemory) { Headers = all };
    }

    /// <summary>The record that deletes a key's state.</summary>
    public OutgoingRecord EncodeTombstone(RecordKey key, RecordHeaders? headers = null, string? eventId = null) =>
        new(_topic, key, null) { Headers = MessageHeaders.Of(_type, headers, eventId) };
}
