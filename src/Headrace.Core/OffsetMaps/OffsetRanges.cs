using System.Collections;

namespace Headrace.OffsetMaps;

/// <summary>A set of offsets as ranges: ascending, apart from each other. One thread.</summary>
internal sealed class OffsetRanges : IReadOnlyList<OffsetRange>
{
    private readonly List<OffsetRange> _ranges = [];

    public int Count => _ranges.Count;

    /// <summary>The offset after the highest; <see cref="long.MinValue"/> when there is none.</summary>
    public long End => _ranges.Count > 0 ? _ranges[^1].End : long.MinValue;

    public OffsetRange this[int index] => _ranges[index];

    /// <summary>Adds offsets that are above all others. An empty range adds nothing.</summary>
    public void Append(long start, long end)
    {
        if (start >= end)
        {
            return;
        }

        if (start > End)
        {
            _ranges.Add(new(start, end));
        }
        else if (start == End)
        {
            _ranges[^1] = _ranges[^1] with { End = end };
        }
        else
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"The offsets must follow those that are there, which end at {End}.");
        }
    }

    public bool Contains(long offset)
    {
        var index = FirstEndingAfter(offset);
        return index < _ranges.Count && _ranges[index].Start <= offset;
    }

    /// <summary>Takes out every offset from this one up.</summary>
    public void RemoveFrom(long offset)
    {
        var index = FirstEndingAfter(offset);
        if (index < _ranges.Count && _ranges[index].Start < offset)
        {
            _ranges[index] = _ranges[index] with { End = offset };
            index++;
        }

        _ranges.RemoveRange(index, _ranges.Count - index);
    }

    public void Clear() => _ranges.Clear();

    public IEnumerator<OffsetRange> GetEnumerator() => _ranges.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int FirstEndingAfter(long offset)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _ranges[middle].End <= offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
