using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>A record that was read and may be kept: its bytes are copied.</summary>
internal sealed record LogRecord
{
    public required RecordPosition Position { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required RecordKey Key { get; init; }

    /// <summary>The value; <see langword="null"/> for a tombstone.</summary>
    public required ReadOnlyMemory<byte>? Value { get; init; }

    public required RecordHeaders Headers { get; init; }

    public static LogRecord Of(NativeMessage message)
    {
        var headers = new RecordHeaders();
        NativeMessage.ReadHeaders(message.Pointer, message.ValueBytes, headers);
        return new()
        {
            Position = new(message.Topic, message.Partition, message.Offset),
            Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, message.Timestamp)),
            Key = message.KeyLength < 0 ? RecordKey.None : RecordKey.FromBytes(message.KeyBytes),
            // Typed, or null would become an empty value by way of a byte array.
            Value = message.ValueLength < 0 ? default(ReadOnlyMemory<byte>?) : message.ValueBytes.ToArray(),
            Headers = headers,
        };
    }

    /// <summary>Shows the record as those who handle it see it; valid during the call.</summary>
    public unsafe T As<T>(Func<Record, T> use)
    {
        var (key, value) = (Key.Bytes.ToArray(), Value?.ToArray() ?? []);
        // One more, so that an empty array has an address too.
        fixed (byte* keyBytes = new byte[key.Length + 1], valueBytes = new byte[value.Length + 1])
        {
            key.CopyTo(new Span<byte>(keyBytes, key.Length));
            value.CopyTo(new Span<byte>(valueBytes, value.Length));
            var record = new Record();
            record.Place(Position.Topic, Position.Partition, Position.Offset, Timestamp.ToUnixTimeMilliseconds(), -1);
            record.Point(0, keyBytes, Key.IsNone ? -1 : key.Length, valueBytes, Value is null ? -1 : value.Length, (_, _, headers) => headers.AddRange(Headers));
            return use(record);
        }
    }
}
