using System.IO.Compression;
using Headrace.Formats;

namespace Headrace;

/// <summary>
/// Compresses what is produced and expands what is consumed, record by record and whatever its format: add it by <c>UseRaw</c>, on both sides. The header
/// <c>headrace-encoding</c> says of each record that it is compressed, and how; records without it stay as they are. Use either this or <see cref="CompressedFormat"/>.
/// </summary>
/// <param name="compression">How to compress. Default: Brotli. All are expanded.</param>
public sealed class CompressionFilter(PayloadCompression compression = PayloadCompression.Brotli) : IProduceFilter, IRecordFilter
{
    /// <summary>How hard to try. Default: fastest.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;

    /// <summary>Values of fewer bytes stay as they are, and so do those that compression makes no smaller. Default 512.</summary>
    public int SmallestBytes { get; init; } = 512;

    /// <summary>The most bytes that one value may become when it is expanded; a larger one is dead-lettered at once. Default 64 MB.</summary>
    public int LargestBytes { get; init; } = 64 * 1024 * 1024;

    /// <inheritdoc />
    public ValueTask<RecordPosition> ProduceAsync(ProduceContext context, ProduceStep next)
    {
        if (context.Value is { } value && value.Length >= SmallestBytes && !context.Headers.TryGetLast(WireHeaders.Encoding, out _)
            && PayloadCodec.Compress(value.Span, compression, Level) is { } compressed && compressed.Length < value.Length)
        {
            context.Value = compressed;
            context.Headers.Add(WireHeaders.Encoding, PayloadCodec.NameOf(compression));
        }

        return next(context);
    }

    /// <inheritdoc />
    public ValueTask HandleAsync(RecordContext context, RecordStep next)
    {
        if (!context.Record.IsTombstone && context.Record.Headers.TryGetLast(WireHeaders.Encoding, out var encoding))
        {
            context.ReplaceValue(PayloadCodec.Expand(context.Record.Value, encoding.Text, LargestBytes));
        }

        return next(context);
    }
}
