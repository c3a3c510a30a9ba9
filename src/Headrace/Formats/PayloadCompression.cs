namespace Headrace;

/// <summary>How <see cref="CompressedFormat"/> compresses what it writes. It reads all of them.</summary>
public enum PayloadCompression
{
    /// <summary>Brotli (RFC 7932), <c>br</c> in the header.</summary>
    Brotli,

    /// <summary>gzip (RFC 1952), <c>gzip</c> in the header.</summary>
    Gzip,

    /// <summary>zlib (RFC 1950), <c>deflate</c> in the header, as HTTP calls it.</summary>
    Deflate,
}
