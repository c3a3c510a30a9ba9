using System.Buffers;
using System.IO.Compression;
using Headrace.Formats;

namespace Headrace;

/// <summary>
/// Messages of another format, compressed one by one. The header <c>headrace-encoding</c> says of each record that it is, and how: records without it are
/// read as they are, so old and new ones may lie on one topic. For whole batches on the wire the client setting <c>compression.type</c> is cheaper.
/// </summary>
public sealed class CompressedFormat : IMessageFormat
{
    private readonly IMessageFormat _inner;
    private readonly PayloadCompression _compression;

    /// <summary>Compresses what a format writes.</summary>
    /// <param name="inner">The format of the bytes before they are compressed.</param>
    /// <param name="compression">How to compress. Default: Brotli.</param>
    public CompressedFormat(IMessageFormat inner, PayloadCompression compression = PayloadCompression.Brotli) => (_inner, _compression) = (inner, compression);

    /// <summary>How hard to try. Default: fastest.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;

    /// <summary>Messages of fewer bytes stay as they are, and so do those that compression makes no smaller. Default 512.</summary>
    public int SmallestBytes { get; init; } = 512;

    /// <summary>The most bytes that one record may become when it is read; one that would become larger is dead-lettered at once, so that a small record cannot fill the memory. Default 64 MB.</summary>
    public int LargestBytes { get; init; } = 64 * 1024 * 1024;

    /// <inheritdoc />
    public string ContentType => _inner.ContentType;

    /// <inheritdoc />
    public MessageReader<T> CreateReader<T>()
    {
        var read = _inner.CreateReader<T>();
        return (value, record) => record.Headers.TryGetLast(WireHeaders.Encoding, out var encoding) ? read(PayloadCodec.Expand(value, encoding.Text, LargestBytes).Span, record) : read(value, record);
    }

    /// <inheritdoc />
    public MessageWriter<T> CreateWriter<T>(string topic)
    {
        var write = _inner.CreateWriter<T>(topic);
        return (message, value, headers) =>
        {
            var plain = new ArrayBufferWriter<byte>();
            write(message, plain, headers);
            if (plain.WrittenCount >= SmallestBytes && PayloadCodec.Compress(plain.WrittenSpan, _compression, Level) is { } compressed && compressed.Length < plain.WrittenCount)
            {
                headers.Add(WireHeaders.Encoding, PayloadCodec.NameOf(_compression));
                value.Write(compressed.Span);
            }
            else
            {
                value.Write(plain.WrittenSpan);
            }
        };
    }

    /// <inheritdoc />
    public string? TypeNameOf(Record record) => record.Headers.TryGetLast(WireHeaders.Encoding, out _) ? null : _inner.TypeNameOf(record);

    /// <inheritdoc />
    public ValueTask StartAsync(FormatStart start, CancellationToken cancellation) => _inner.StartAsync(start, cancellation);
}
