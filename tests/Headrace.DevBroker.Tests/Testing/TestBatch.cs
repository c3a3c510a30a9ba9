using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Headrace.Broker.Records;

namespace Headrace.Broker.Tests.Testing;

/// <summary>Builds record batches byte by byte, sound ones and others.</summary>
internal sealed record TestBatch
{
    public static readonly long Now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public (long Timestamp, string? Key, string? Value)[] Records { get; init; } = [(Now, "k", "v")];

    public int Compression { get; init; }

    public short Attributes { get; init; }

    public long ProducerId { get; init; } = -1;

    public short ProducerEpoch { get; init; } = -1;

    public int BaseSequence { get; init; } = -1;

    public byte Magic { get; init; } = 2;

    public int? LastOffsetDelta { get; init; }

    public static TestBatch Of(params string[] values) => new() { Records = [.. values.Select(value => (Now, (string?)"k", (string?)value))] };

    public byte[] ToBytes()
    {
        var payload = new MemoryStream();
        for (var i = 0; i < Records.Length; i++)
        {
            Append(payload, i);
        }

        var records = Compression == 1 ? Gzip(payload.ToArray()) : payload.ToArray();
        var batch = new byte[BatchHeader.Size + records.Length];
        records.CopyTo(batch, BatchHeader.Size);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - BatchHeader.PrefixSize);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(12), -1);
        batch[16] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), (short)(Attributes | (short)Compression));
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), LastOffsetDelta ?? Records.Length - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), Records[0].Timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), Records.Max(record => record.Timestamp));
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), Records.Length);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), BatchHeader.ComputeCrc(batch));
        return batch;
    }

    public ReadOnlySequence<byte> ToSequence() => new(ToBytes());

    private void Append(MemoryStream payload, int index)
    {
        var (timestamp, key, value) = Records[index];
        var record = new MemoryStream();
        record.WriteByte(0);
        Varint(record, timestamp - Records[0].Timestamp);
        Varint(record, index);
        Text(record, key);
        Text(record, value);
        Varint(record, 0);
        Varint(payload, record.Length);
        record.WriteTo(payload);
    }

    private static void Text(Stream stream, string? text)
    {
        Varint(stream, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        stream.Write(Encoding.UTF8.GetBytes(text ?? ""));
    }

    private static void Varint(Stream stream, long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        for (; raw >= 0x80; raw >>= 7)
        {
            stream.WriteByte((byte)(raw | 0x80));
        }

        stream.WriteByte((byte)raw);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }
}
