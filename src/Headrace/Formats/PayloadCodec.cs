using System.Buffers;
using System.IO.Compression;

namespace Headrace.Formats;

/// <summary>Compresses values one by one, and expands them within bounds.</summary>
internal static class PayloadCodec
{
    /// <summary>How the header calls it, as HTTP does.</summary>
    public static string NameOf(PayloadCompression compression) => compression switch
    {
        PayloadCompression.Brotli => "br",
        PayloadCompression.Gzip => "gzip",
        _ => "deflate",
    };

    public static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> plain, PayloadCompression compression, CompressionLevel level)
    {
        var compressed = new MemoryStream();
        using (Stream stream = compression switch
        {
            PayloadCompression.Brotli => new BrotliStream(compressed, level, leaveOpen: true),
            PayloadCompression.Gzip => new GZipStream(compressed, level, leaveOpen: true),
            _ => new ZLibStream(compressed, level, leaveOpen: true),
        })
        {
            stream.Write(plain);
        }

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    /// <summary>Throws <see cref="MessageFormatException"/> when it cannot, or would become larger than it may.</summary>
    public static ReadOnlyMemory<byte> Expand(ReadOnlySpan<byte> compressed, string encoding, int largestBytes)
    {
        using var source = new MemoryStream(compressed.ToArray());
        using Stream stream = encoding switch
        {
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            _ => throw new MessageFormatException($"The header '{WireHeaders.Encoding}' says '{encoding}', which is none of br, gzip and deflate."),
        };
        var plain = new ArrayBufferWriter<byte>(Math.Max(4_096, compressed.Length * 2));
        try
        {
            while (stream.Read(plain.GetSpan()) is > 0 and var count)
            {
                plain.Advance(count);
                if (plain.WrittenCount > largestBytes)
                {
                    throw new MessageFormatException($"The value becomes larger than {largestBytes} bytes when it is expanded. Raise LargestBytes if such messages are meant.");
                }
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or InvalidOperationException)
        {
            throw new MessageFormatException($"The value is not {encoding}, as its header '{WireHeaders.Encoding}' says: {broken.Message}", broken);
        }

        return plain.WrittenMemory;
    }
}
