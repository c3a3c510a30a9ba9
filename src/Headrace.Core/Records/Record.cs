using System.Buffers;

namespace Headrace;

/// <summary>
/// A consumed record. Its bytes lie in native memory: they are valid until the record is settled, so copy what is to be kept longer.
/// Instances are reused: do not keep them either.
/// </summary>
public sealed unsafe class Record
{
    private byte* _key;
    private byte* _value;
    private int _keyLength = -1;
    private int _valueLength = -1;
    private long _timestamp = -1;
    private nint _native;
    private RecordHeaders? _headers;
    private Action<nint, ReadOnlySpan<byte>, RecordHeaders>? _readHeaders;
    private OriginalValue? _original;

    internal Record()
    {
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; private set; } = "";

    /// <summary>The partition's number.</summary>
    public int Partition { get; private set; }

    /// <summary>The offset in the partition.</summary>
    public long Offset { get; private set; }

    /// <summary>Topic, partition and offset.</summary>
    public RecordPosition Position => new(Topic, Partition, Offset);

    /// <summary>The record's timestamp, in milliseconds precision; <see cref="DateTimeOffset.UnixEpoch"/> when it has none.</summary>
    public DateTimeOffset Timestamp => _timestamp < 0 ? DateTimeOffset.UnixEpoch : DateTimeOffset.FromUnixTimeMilliseconds(_timestamp);

    /// <summary>Whether the broker set the timestamp when it took the record; otherwise its producer did.</summary>
    public bool HasAppendTime { get; internal set; }

    /// <summary>The leader epoch under which the broker took the record; -1 when it is not known.</summary>
    public int LeaderEpoch { get; private set; } = -1;

    /// <summary>How often this record was handed to its handler before, in this process: 0 the first time.</summary>
    public int Attempt { get; internal set; }

    /// <summary>Fires when the partition is lost or given up, or when the shutdown deadline passes: nothing done afterwards can be committed.</summary>
    public CancellationToken Cancellation { get; internal set; }

    /// <summary>For whoever handles the record to remember something between attempts; cleared when the record is settled.</summary>
    public object? State { get; set; }

    /// <summary>Whether the record has a key. An empty key is a key.</summary>
    public bool HasKey => _keyLength >= 0;

    /// <summary>Whether the record is a tombstone: its value is null.</summary>
    public bool IsTombstone => _valueLength < 0;

    /// <summary>The key's bytes, valid until the record is settled; empty when there is no key.</summary>
    public ReadOnlySpan<byte> Key => new(_key, Math.Max(_keyLength, 0));

    /// <summary>The value's bytes, valid until the record is settled; empty for a tombstone.</summary>
    public ReadOnlySpan<byte> Value => new(_value, Math.Max(_valueLength, 0));

    /// <summary>The headers, read from the wire when first asked for.</summary>
    public RecordHeaders Headers
    {
        get
        {
            if (_headers is null || _readHeaders is not null)
            {
                _headers ??= [];
                _readHeaders?.Invoke(_native, Value, _headers);
                _readHeaders = null;
            }

            return _headers;
        }
    }

    /// <summary>The key as a value that may be kept.</summary>
    public RecordKey CopyKey() => HasKey ? RecordKey.FromBytes(Key) : RecordKey.None;

    /// <summary>What is to be produced by the transaction that commits this record; set by its handler before it is settled, in groups with transactions.</summary>
    internal IReadOnlyList<OutgoingRecord>? Outputs { get; set; }

    /// <summary>Whether it was read from a companion topic: a copy of a record that was elsewhere first.</summary>
    internal bool IsCopy { get; set; }

    /// <summary>The id of the topic; empty where the broker knows none.</summary>
    internal Guid TopicId { get; set; }

    /// <summary>What stands around the record while it is handled; of whoever handles it.</summary>
    internal object? Around { get; set; }

    internal int KeyLength => _keyLength;

    internal nint Native => _native;

    internal void Place(string topic, int partition, long offset, long timestamp, int leaderEpoch)
    {
        Topic = topic;
        Partition = partition;
        Offset = offset;
        _timestamp = timestamp;
        LeaderEpoch = leaderEpoch;
    }

    /// <summary>Points at bytes that someone else keeps alive; a length of -1 is null. Headers are read by <paramref name="readHeaders"/> when first asked for.</summary>
    internal void Point(nint native, byte* key, int keyLength, byte* value, int valueLength, Action<nint, ReadOnlySpan<byte>, RecordHeaders>? readHeaders)
    {
        _native = native;
        _key = key;
        _keyLength = keyLength;
        _value = value;
        _valueLength = valueLength;
        _readHeaders = readHeaders;
        _headers?.Clear();
    }

    /// <summary>Puts other bytes in the value's place, or none, until <see cref="RestoreValue"/>.</summary>
    internal void ReplaceValue(ReadOnlyMemory<byte>? value)
    {
        // They are read from the bytes behind the value.
        _ = Headers;
        var before = _original;
        var pin = value.GetValueOrDefault().Pin();
        _original = new(before?.Value ?? (nint)_value, before?.Length ?? _valueLength, pin);
        _value = (byte*)pin.Pointer;
        _valueLength = value?.Length ?? -1;
        before?.Pin.Dispose();
    }

    /// <summary>The value is again what came from Kafka.</summary>
    internal void RestoreValue()
    {
        if (_original is { } original)
        {
            _value = (byte*)original.Value;
            _valueLength = original.Length;
            _original = null;
            original.Pin.Dispose();
        }
    }

    /// <summary>Forgets everything, so that the instance can be used for another record.</summary>
    internal void Reset()
    {
        RestoreValue();
        Point(0, null, -1, null, -1, null);
        Attempt = 0;
        State = null;
        Outputs = null;
        Cancellation = default;
        Around = null;
    }

    private sealed class OriginalValue(nint value, int length, MemoryHandle pin)
    {
        public nint Value => value;

        public int Length => length;

        public MemoryHandle Pin => pin;
    }
}
