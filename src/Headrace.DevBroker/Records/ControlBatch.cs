using System.Buffers.Binary;

namespace Headrace.Broker.Records;

/// <summary>The batch with one record that ends a transaction in a partition. https://kafka.apache.org/documentation/#controlbatch</summary>
internal static class ControlBatch
{
    public const int Size = BatchHeader.Size + 17;

    private const short Attributes = 0x30;
    private const int KeyAt = BatchHeader.Size + 5;

    /// <summary>Everything but the base offset and the leader epoch, which the log assigns.</summary>
    public static byte[] Write(long producerId, short producerEpoch, bool committed, int coordinatorEpoch, long timestamp)
    {
        var batch = new byte[Size];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), Size - BatchHeader.PrefixSize);
        batch[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), Attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), -1);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), 1);

        // Lengths are zigzag: 16 bytes follow, a key of 4 (version, type), a value of 6 (version, coordinator epoch), no headers.
        var record = batch.AsSpan(BatchHeader.Size);
        record[0] = 16 << 1;
        record[4] = 4 << 1;
        BinaryPrimitives.WriteInt16BigEndian(record[7..], committed ? (short)1 : (short)0);
        record[9] = 6 << 1;
        BinaryPrimitives.WriteInt32BigEndian(record[12..], coordinatorEpoch);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), BatchHeader.ComputeCrc(batch));
        return batch;
    }

    /// <summary>Whether a control batch commits its transaction.</summary>
    public static bool IsCommit(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt16BigEndian(batch[(KeyAt + sizeof(short))..]) == 1;
}
