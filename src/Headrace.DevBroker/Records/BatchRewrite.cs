using System.Buffers.Binary;
using System.IO.Compression;

namespace Headrace.Broker.Records;

/// <summary>Makes a batch of some of another's records. They keep their offsets, so that the batch has holes.</summary>
internal static class BatchRewrite
{
    /// <param name="batch">The batch that the records are of.</param>
    /// <param name="header">Its header.</param>
    /// <param name="records">The records that stay, each with its length, not compressed.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="maxTimestamp">The newest of their timestamps.</param>
    public static byte[] Write(ReadOnlySpan<byte> batch, in BatchHeader header, ReadOnlySpan<byte> records, int count, long maxTimestamp)
    {
        var content = header.Compression == Compression.Gzip ? Gzip(records) : records;
        var written = new byte[BatchHeader.Size + content.Length];
        batch[..BatchHeader.Size].CopyTo(written);
        content.CopyTo(written.AsSpan(BatchHeader.Size));
        BinaryPrimitives.WriteInt32BigEndian(written.AsSpan(8), written.Length - BatchHeader.PrefixSize);
        BinaryPrimitives.WriteInt64BigEndian(written.AsSpan(35), maxTimestamp);
        BinaryPrimitives.WriteInt32BigEndian(written.AsSpan(57), count);
        BinaryPrimitives.WriteUInt32BigEndian(written.AsSpan(17), BatchHeader.ComputeCrc(written));
        return written;
    }

    private static ReadOnlySpan<byte> Gzip(ReadOnlySpan<byte> records)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(records);
        }

        return target.GetBuffer().AsSpan(0, (int)target.Length);
    }
}
