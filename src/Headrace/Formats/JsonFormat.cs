using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Headrace;

/// <summary>Messages as JSON, by System.Text.Json. Safe for many threads.</summary>
public sealed class JsonFormat : IMessageFormat
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly JsonSerializerOptions _options;
    private readonly string _source;
    private readonly ArrayBufferWriter<byte> _idle = new();

    // One writer waits here for the next message; whoever takes it while another writes makes its own.
    private Utf8JsonWriter? _spare;

    /// <summary>JSON with the web defaults: camel case, names read in any case, numbers read from text too.</summary>
    public JsonFormat()
        : this(JsonSerializerOptions.Web)
    {
    }

    /// <summary>JSON with these options.</summary>
    public JsonFormat(JsonSerializerOptions options) => (_options, _source) = (options, "the serializer's options");

    /// <summary>JSON by generated code, with the context's own options. A message type that the context was not told of is a startup fault.</summary>
    public JsonFormat(JsonSerializerContext context) => (_options, _source) = (context.Options, context.GetType().Name);

    /// <inheritdoc />
    public string ContentType => "application/json";

    /// <inheritdoc />
    public MessageReader<T> CreateReader<T>()
    {
        var type = TypeOf<T>();
        return (value, _) => JsonSerializer.Deserialize(value.StartsWith(ByteOrderMark) ? value[ByteOrderMark.Length..] : value, type);
    }

    /// <inheritdoc />
    public MessageWriter<T> CreateWriter<T>(string topic)
    {
        var type = TypeOf<T>();
        return (message, value, _) => Write(message, value, type);
    }

    private void Write<T>(T message, IBufferWriter<byte> value, JsonTypeInfo<T> type)
    {
        var writer = Interlocked.Exchange(ref _spare, null);
        if (writer is null)
        {
            writer = new(value, new JsonWriterOptions { Encoder = _options.Encoder, Indented = _options.WriteIndented, SkipValidation = true });
        }
        else
        {
            writer.Reset(value);
        }

        JsonSerializer.Serialize(writer, message, type);
        writer.Flush();
        // Without this the writer would keep the message's buffer alive. After an exception it is not put back at all.
        writer.Reset(_idle);
        _spare = writer;
    }

    private JsonTypeInfo<T> TypeOf<T>()
    {
        _options.MakeReadOnly(populateMissingResolver: true);
        return _options.TryGetTypeInfo(typeof(T), out var type)
            ? (JsonTypeInfo<T>)type
            : throw new NotSupportedException($"{_source} does not know {typeof(T).Name}. Add [JsonSerializable(typeof({typeof(T).Name}))] to it.");
    }
}
