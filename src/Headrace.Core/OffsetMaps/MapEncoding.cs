namespace Headrace.OffsetMaps;

/// <summary>
/// How a map of finished offsets is written: the first byte of its metadata, before which the metadata is base64. The numbers of a body are big-endian.
/// </summary>
/// <remarks>
/// The format is that of Confluent's Parallel Consumer for Java, so that a group can be shared with it and moved from it. The map covers the offsets from the
/// committed one to the highest finished one. <em>Bits</em>: how many offsets, then a bit for each, lowest first, set where finished, then one spare byte.
/// <em>Runs</em>: the lengths of runs of offsets, alternately unfinished and finished, the first unfinished.
/// </remarks>
internal enum MapEncoding : byte
{
    /// <summary>Bits, their number in 16.</summary>
    ShortBits = (byte)'l',

    /// <summary>Bits, their number in 32.</summary>
    LongBits = (byte)'o',

    /// <summary>Runs of 16 bits.</summary>
    ShortRuns = (byte)'n',

    /// <summary>Runs of 32 bits.</summary>
    LongRuns = (byte)'e',

    /// <summary><see cref="ShortBits"/> in a zstd frame.</summary>
    ZstdShortBits = (byte)'a',

    /// <summary><see cref="LongBits"/> in a zstd frame.</summary>
    ZstdLongBits = (byte)'s',

    /// <summary><see cref="ShortRuns"/> in a zstd frame.</summary>
    ZstdShortRuns = (byte)'J',

    /// <summary><see cref="LongRuns"/> in a zstd frame.</summary>
    ZstdLongRuns = (byte)'p',
}
