using System.Buffers.Binary;

namespace Headrace.Broker.Records;

/// <summary>The first 61 bytes of a record batch, format 2. https://kafka.apache.org/documentation/#recordbatch</summary>
/// <remarks>The length here is that of the whole batch, these bytes included; on the wire it counts from behind itself.</remarks>
internal readonly record struct BatchHeader
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

    public required long BaseOffset { get; init; }

    public required long Length { get; init; }

    public required byte Magic { get; init; }

    public required uint Crc { get; init; }

    public required short Attributes { get; init; }

    public required int LastOffsetDelta { get; init; }

    public required long BaseTimestamp { get; init; }

    public required long MaxTimestamp { get; init; }

    public required long ProducerId { get; init; }

    public required short ProducerEpoch { get; init; }

    public required int BaseSequence { get; init; }

    public required int RecordCount { get; init; }

    public Compression Compression => (Compression)(Attributes & 0x07);

    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    public bool IsControl => (Attributes & ControlBit) != 0;

    public bool IsLogAppendTime => (Attributes & LogAppendTimeBit) != 0;

    public bool HasProducer => ProducerId > NoProducerId;

    /// <summary>Sequence numbers wrap at 2^31.</summary>
    public int LastSequence => BaseSequence + LastOffsetDelta & int.MaxValue;

    /// <summary>Reads the header from at least <see cref="Size"/> bytes. Nothing is checked.</summary>
    public static BatchHeader Read(ReadOnlySpan<byte> batch) => new()
    {
        BaseOffset = BinaryPrimitives.ReadInt64BigEndian(batch),
        Length = (long)BinaryPrimitives.ReadInt32BigEndian(batch[8..]) + PrefixSize,
        Magic = batch[16],
        Crc = BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]),
        Attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]),
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(batch[23..]),
        BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(batch[27..]),
        MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(batch[MaxTimestampAt..]),
        ProducerId = BinaryPrimitives.ReadInt64BigEndian(batch[43..]),
        ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(batch[51..]),
        BaseSequence = BinaryPrimitives.ReadInt32BigEndian(batch[53..]),
        RecordCount = BinaryPrimitives.ReadInt32BigEndian(batch[57..]),
    };

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
