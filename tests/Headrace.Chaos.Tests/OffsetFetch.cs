using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Headrace.OffsetMaps;

namespace Headrace.Chaos;

/// <summary>Asks a broker what a group has committed, with the metadata beside it, which admin clients do not give: OffsetFetch, version 1.</summary>
internal static class OffsetFetch
{
    private const short ApiKey = 9;
    private const short Version = 1;

    /// <returns>By partition; null when the broker refused.</returns>
    public static async Task<IReadOnlyDictionary<int, CommittedPartition>?> AskAsync(string address, string group, string topic, int partitions, CancellationToken cancellation)
    {
        var port = address.LastIndexOf(':');
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(address[..port], int.Parse(address.AsSpan(port + 1), CultureInfo.InvariantCulture), cancellation);
        var stream = socket.GetStream();
        await stream.WriteAsync(Request(group, topic, partitions), cancellation);
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, cancellation);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancellation);
        return Read(answer);
    }

    private static byte[] Request(string group, string topic, int partitions)
    {
        var bytes = new MemoryStream();
        WriteInt32(bytes, 0);
        WriteInt16(bytes, ApiKey);
        WriteInt16(bytes, Version);
        WriteInt32(bytes, 1);
        WriteString(bytes, "chaos");
        WriteString(bytes, group);
        WriteInt32(bytes, 1);
        WriteString(bytes, topic);
        WriteInt32(bytes, partitions);
        for (var partition = 0; partition < partitions; partition++)
        {
            WriteInt32(bytes, partition);
        }

        var request = bytes.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - sizeof(int));
        return request;
    }

    // Correlation id, then topics: a name and partitions: index, offset, metadata, error.
    private static Dictionary<int, CommittedPartition>? Read(ReadOnlySpan<byte> answer)
    {
        var committed = new Dictionary<int, CommittedPartition>();
        if (BinaryPrimitives.ReadInt32BigEndian(answer[4..]) != 1)
        {
            return null;
        }

        answer = answer[(10 + BinaryPrimitives.ReadInt16BigEndian(answer[8..]))..];
        var count = BinaryPrimitives.ReadInt32BigEndian(answer);
        answer = answer[4..];
        for (var i = 0; i < count; i++)
        {
            var (partition, offset) = (BinaryPrimitives.ReadInt32BigEndian(answer), BinaryPrimitives.ReadInt64BigEndian(answer[4..]));
            var length = Math.Max((int)BinaryPrimitives.ReadInt16BigEndian(answer[12..]), 0);
            OffsetMapReader.Read(answer.Slice(14, length), offset, out var map);
            if (BinaryPrimitives.ReadInt16BigEndian(answer[(14 + length)..]) != 0)
            {
                return null;
            }

            if (offset >= 0)
            {
                committed[partition] = new(offset, map);
            }

            answer = answer[(16 + length)..];
        }

        return committed;
    }

    private static void WriteInt16(MemoryStream bytes, short value)
    {
        Span<byte> buffer = stackalloc byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(buffer, value);
        bytes.Write(buffer);
    }

    private static void WriteInt32(MemoryStream bytes, int value)
    {
        Span<byte> buffer = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(buffer, value);
        bytes.Write(buffer);
    }

    private static void WriteString(MemoryStream bytes, string value)
    {
        WriteInt16(bytes, (short)value.Length);
        bytes.Write(Encoding.ASCII.GetBytes(value));
    }
}
