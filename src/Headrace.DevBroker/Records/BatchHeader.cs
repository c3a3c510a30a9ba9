using System.Buffers.Binary;

namespace Headrace.Broker.Records;

/// <summary>The first 61 bytes of a record batch, format 2. https://kafka.apache.org/documentation/#recordbatch</summary>
/// <remarks>The length here is that of the whole batch, these bytes included; on the wire it counts from behind itself.</remarks>
internal readonly record struct BatchHeader(
    long BaseOffset,
    long Length,
    byte Magic,
    uint Crc,
    short Attributes,
    int LastOffsetDelta,
    long BaseTimestamp,
    long MaxTimestamp,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int RecordCount)
{
    public const int Size = 61;

    /// <summary>Base offset and length: enough to know where the next batch begins.</summary>
    public const int PrefixSize = 12;

    public const long NoProducerId = -1;

    private const int LeaderEpochAt = 12;
    private const int CrcAt = 17;
    private const int AttributesAt = 21;
    private const int MaxTimestampAt = 35;
    private const short LogAppendTimeBit = 0x08;
    private const short TransactionalBit = 0x10;
    private const short ControlBit = 0x20;

    public Compression Compression => (Compression)(Attributes & 0x07);

    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    public bool IsControl => (Attributes & ControlBit) != 0;

    public bool IsLogAppendTime => (Attributes & LogAppendTimeBit) != 0;

    public bool HasProducer => ProducerId > NoProducerId;

    /// <summary>Sequence numbers wrap at 2^31.</summary>
    public int LastSequence => BaseSequence + LastOffsetDelta & int.MaxValue;

    /// <summary>Reads the header from at least <see cref="Size"/> bytes. Nothing is checked.</summary>
    public static BatchHeader Read(ReadOnlySpan<byte> batch) => new(
        BinaryPrimitives.ReadInt64BigEndian(batch),
        (long)BinaryPrimitives.ReadInt32BigEndian(batch[8..]) + PrefixSize,
        batch[16],
        BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]),
        BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]),
        BinaryPrimitives.ReadInt32BigEndian(batch[23..]),
        BinaryPrimitives.ReadInt64BigEndian(batch[27..]),
        BinaryPrimitives.ReadInt64BigEndian(batch[MaxTimestampAt..]),
        BinaryPrimitives.ReadInt64BigEndian(batch[43..]),
        BinaryPrimitives.ReadInt16BigEndian(batch[51..]),
        BinaryPrimitives.ReadInt32BigEndian(batch[53..]),
        BinaryPrimitives.ReadInt32BigEndian(batch[57..]));

    /// <summary>The checksum covers everything behind itself: what the broker assigns stands before it and can be patched in place.</summary>
    public static uint ComputeCrc(ReadOnlySpan<byte> batch) => Crc32C.Compute(batch[AttributesAt..]);

    public static void Assign(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], leaderEpoch);
    }

    /// <summary>Stamps the broker's time over the records' own, which lies under the checksum.</summary>
    public static void AssignAppendTime(Span<byte> batch, long timestamp)
    {
        var attributes = (short)(BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]) | LogAppendTimeBit);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], ComputeCrc(batch));
    }
}
