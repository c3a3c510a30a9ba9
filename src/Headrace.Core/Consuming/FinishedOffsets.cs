using Headrace.OffsetMaps;

namespace Headrace.Consuming;

/// <summary>What the map beside a committed offset says is finished above it: such records are not handled again. Only the loop uses it.</summary>
internal sealed class FinishedOffsets
{
    private readonly int _epoch;
    private readonly bool _anyEpoch;
    private readonly ConsumerStatus _status;

    /// <param name="ranges">What is finished; taken over.</param>
    /// <param name="epoch">The leader epoch that was committed with it.</param>
    /// <param name="anyEpoch">It was committed without an epoch, and is trusted all the same.</param>
    /// <param name="status">Counts what is skipped.</param>
    public FinishedOffsets(OffsetRanges ranges, int epoch, bool anyEpoch, ConsumerStatus status) =>
        (Ranges, _epoch, _anyEpoch, _status) = (ranges, epoch, anyEpoch, status);

    public OffsetRanges Ranges { get; }

    /// <summary>
    /// Reads the map that was committed. <see langword="null"/> when there is none to go by; then <paramref name="ignored"/> says why, unless there is
    /// nothing beside the offset.
    /// </summary>
    public static FinishedOffsets? Restore(in StartOffset start, bool trustsMissingEpoch, ConsumerStatus status, out string? ignored)
    {
        var position = start.Position;
        var verdict = OffsetMapReader.Read(position.Metadata.Span, position.Offset, out var ranges);
        ignored = verdict switch
        {
            MapVerdict.None => null,
            MapVerdict.Foreign => "it is no map of finished offsets",
            MapVerdict.Broken => "it begins as a map of finished offsets and cannot be read",
            _ when ranges.Count == 0 => null,
            _ when ranges.End > start.LogEnd => $"it reaches to offset {ranges.End - 1}, but the log ends at {start.LogEnd}: the log was cut or made again",
            _ when position.LeaderEpoch < 0 && !trustsMissingEpoch =>
                "it was committed without a leader epoch, so it may be about another log. Set 'TrustMapsWithoutEpoch' where the group is shared with a library that commits none",
            _ => null,
        };
        return verdict == MapVerdict.Read && ranges.Count > 0 && ignored is null
            ? new(ranges, position.LeaderEpoch, position.LeaderEpoch < 0, status)
            : null;
    }

    /// <summary>
    /// Whether the record is finished. Offsets alone do not say so: the log may have been cut since and written anew. What was written then has a higher
    /// epoch, and so has all that follows it.
    /// </summary>
    public bool Skips(long offset, int epoch)
    {
        if (!Ranges.Contains(offset))
        {
            return false;
        }

        if (_anyEpoch || (epoch >= 0 && epoch <= _epoch))
        {
            _status.AlreadyFinished++;
            return true;
        }

        Ranges.RemoveFrom(offset);
        return false;
    }
}
