using System.Buffers;
using System.Text;

namespace Headrace.Formats;

/// <summary>Makes records of messages of one type for one topic: the bytes, and the headers that say what they are.</summary>
internal sealed class MessageEncoder<T>
{
    private readonly string _topic;
    private readonly MessageWriter<T> _write;
    private readonly RecordHeader _type;
    private readonly RecordHeader _contentType;

    public MessageEncoder(string topic, string typeName, string contentType, MessageWriter<T> write)
    {
        (_topic, _write) = (topic, write);
        _type = new(WireHeaders.Type, Encoding.UTF8.GetBytes(typeName));
        _contentType = new(WireHeaders.ContentType, Encoding.UTF8.GetBytes(contentType));
    }

    /// <summary>The record of a message; headers that are given come first.</summary>
    public OutgoingRecord Encode(T message, RecordKey key, RecordHeaders? headers = null)
    {
        var all = new RecordHeaders();
        if (headers is not null)
        {
            all.AddRange(headers);
        }

        all.Add(_type.Name, _type.Value);
        all.Add(_contentType.Name, _contentType.Value);
        var value = new ArrayBufferWriter<byte>();
        _write(message, value, all);
        return new(_topic, key, value.WrittenMemory) { Headers = all };
    }
}
