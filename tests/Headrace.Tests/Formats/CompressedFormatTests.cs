using System.Buffers;
using System.IO.Compression;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Formats;

public sealed class CompressedFormatTests
{
    private static readonly OrderPlaced Large = new(new('o', 10_000), 1);

    [Theory]
    [InlineData(PayloadCompression.Brotli, "br")]
    [InlineData(PayloadCompression.Gzip, "gzip")]
    [InlineData(PayloadCompression.Deflate, "deflate")]
    public void A_message_is_smaller_on_the_wire_and_the_same_when_it_is_read(PayloadCompression compression, string header)
    {
        var (value, headers) = Write(new(new JsonFormat(), compression), Large);
        Assert.InRange(value.Length, 1, 1_000);
        Assert.Equal(header, headers["headrace-encoding"]);

        // Whoever reads need not know how it was written.
        Assert.Equal(Large, Read(new(new JsonFormat()), value, headers));
    }

    [Fact]
    public void A_small_message_and_one_of_an_older_producer_stay_as_they_are()
    {
        var small = new OrderPlaced("o-1", 1);
        var (value, headers) = Write(new(new JsonFormat()), small);

        Assert.Empty(headers);
        Assert.Equal("""{"orderId":"o-1","total":1}"""u8.ToArray(), value);
        Assert.Equal(small, Read(new(new JsonFormat()), value, headers));
    }

    [Fact]
    public void A_record_that_would_fill_the_memory_is_refused()
    {
        using var bomb = new MemoryStream();
        using (var stream = new BrotliStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            stream.Write(new byte[10_000_000]);
        }

        var refused = Assert.Throws<MessageFormatException>(() => Read(new(new JsonFormat()) { LargestBytes = 1_000_000 }, bomb.ToArray(), Headers("br")));
        Assert.Contains("larger than 1000000 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoding_that_nobody_knows_and_bytes_that_are_broken_are_no_message()
    {
        Assert.Throws<MessageFormatException>(() => Read(new(new JsonFormat()), [1, 2, 3], Headers("zstd")));
        Assert.ThrowsAny<Exception>(() => Read(new(new JsonFormat()), [1, 2, 3], Headers("gzip")));
    }

    private static RecordHeaders Headers(string encoding) => new() { { "headrace-encoding", encoding } };

    private static (byte[] Value, RecordHeaders Headers) Write(CompressedFormat format, OrderPlaced message)
    {
        var (value, headers) = (new ArrayBufferWriter<byte>(), new RecordHeaders());
        format.CreateWriter<OrderPlaced>("orders")(message, value, headers);
        return (value.WrittenSpan.ToArray(), headers);
    }

    private static OrderPlaced? Read(CompressedFormat format, byte[] value, RecordHeaders headers)
    {
        var record = Records.OfBytes(value, [.. headers]);
        return format.CreateReader<OrderPlaced>()(record.Value, record);
    }
}
