namespace Headrace.Clients.Native;

/// <summary>
/// A view of one <c>rd_kafka_message_t</c>: a consumed message, which its consumer frees with <see cref="Destroy"/>, or one of a delivery event, which
/// the event frees. The bytes are valid until then.
/// </summary>
/// <remarks>A held message keeps its whole fetch buffer in memory, and its client from being destroyed. Any thread may read and free it.</remarks>
internal readonly unsafe struct NativeMessage : IEquatable<NativeMessage>
{
    private const int SmallestPage = 4_096;
    private const int KnownVersion = 2;
    private static readonly bool LeavesValuesInBatches = Librdkafka.rd_kafka_version() >> 24 == KnownVersion;

    private readonly RawMessage* _message;

    internal NativeMessage(nint message) => _message = (RawMessage*)message;

    /// <summary>The pointer, for whoever keeps the message as a number; <see cref="FromPointer"/> is the way back.</summary>
    public nint Pointer => (nint)_message;

    public bool IsEmpty => _message is null;

    /// <summary>Not none: this is no record but an error of its partition (or a record that could not be delivered).</summary>
    public ErrorCode Error => (ErrorCode)_message->Error;

    /// <summary>The error's text.</summary>
    public string ErrorText => NativeError.Text(Librdkafka.rd_kafka_message_errstr((nint)_message)) ?? NativeError.Describe(Error);

    /// <summary>The topic's name; makes a string.</summary>
    public string Topic => _message->Topic == 0 ? "" : NativeError.Text(Librdkafka.rd_kafka_topic_name(_message->Topic))!;

    public int Partition => _message->Partition;

    /// <summary>For a delivery: the offset in the log; negative when it is not known.</summary>
    public long Offset => _message->Offset;

    /// <summary><see langword="null"/> when there is no key.</summary>
    public byte* Key => _message->Key;

    /// <summary>-1 when there is no key.</summary>
    public int KeyLength => _message->Key is null ? -1 : (int)_message->KeyLength;

    /// <summary><see langword="null"/> for a tombstone.</summary>
    public byte* Value => _message->Payload;

    /// <summary>-1 for a tombstone.</summary>
    public int ValueLength => _message->Payload is null ? -1 : (int)_message->Length;

    public ReadOnlySpan<byte> KeyBytes => new(Key, Math.Max(KeyLength, 0));

    public ReadOnlySpan<byte> ValueBytes => new(Value, Math.Max(ValueLength, 0));

    /// <summary>Milliseconds since 1970; -1 when there is none.</summary>
    public long Timestamp => ReadTimestamp(out _);

    /// <summary>-1 when it is not known.</summary>
    public int LeaderEpoch => Librdkafka.rd_kafka_message_leader_epoch((nint)_message);

    /// <summary>For a delivery: what was given when it was produced.</summary>
    public nint Opaque => _message->Opaque;

    /// <summary>For a delivery that failed: whether the record may be in the log all the same.</summary>
    public bool IsPossiblyPersisted => Librdkafka.rd_kafka_message_status((nint)_message) != 0;

    public static NativeMessage FromPointer(nint pointer) => new(pointer);

    /// <summary>The timestamp, and whether the broker set it when it took the record, in place of the producer.</summary>
    public long ReadTimestamp(out bool isAppendTime)
    {
        const int LogAppendTime = 2;
        var timestamp = Librdkafka.rd_kafka_message_timestamp((nint)_message, out var kind);
        isAppendTime = (int)kind == LogAppendTime;
        return timestamp;
    }

    /// <summary>Appends a consumed message's headers; fits <c>Record.Point</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="body">Its value, where the message has it.</param>
    /// <param name="headers">Where they are appended.</param>
    public static void ReadHeaders(nint message, ReadOnlySpan<byte> body, RecordHeaders headers)
    {
        if (EndsWithValue(body) || Librdkafka.rd_kafka_message_headers(message, out var list) != 0)
        {
            return;
        }

        var count = Librdkafka.rd_kafka_header_cnt(list);
        for (nuint i = 0; i < count; i++)
        {
            if (Librdkafka.rd_kafka_header_get_all(list, i, out var name, out var value, out var size) == 0)
            {
                headers.Add(new RecordHeader(NativeError.Text(name)!, new ReadOnlySpan<byte>(value, (int)size).ToArray()) { IsNull = value is null });
            }
        }
    }

    /// <summary>Frees a consumed message, once.</summary>
    public void Destroy() => Librdkafka.rd_kafka_message_destroy((nint)_message);

    public bool Equals(NativeMessage other) => _message == other._message;

    public override bool Equals(object? obj) => obj is NativeMessage other && Equals(other);

    public override int GetHashCode() => ((nint)_message).GetHashCode();

    // Most records have no headers, and asking the library costs a quarter of what the whole record does. It leaves a value where it was fetched, in its
    // batch, in which the count of headers is what comes next (KIP-98): a zero there is none. Formats older than batches have none anyway. An empty value
    // is somewhere else, and behind the end of a page there may be nothing to read.
    private static bool EndsWithValue(ReadOnlySpan<byte> value)
    {
        fixed (byte* first = value)
        {
            var next = first + value.Length;
            return LeavesValuesInBatches && value.Length > 0 && (nuint)next % SmallestPage != 0 && *next == 0;
        }
    }
}
