using System.Runtime.InteropServices;

namespace Headrace.Broker.Log;

/// <summary>Where the batches of a block lie, one after another.</summary>
internal sealed class BatchIndex
{
    private readonly List<StoredBatch> _batches = [];

    public ReadOnlySpan<StoredBatch> Batches => CollectionsMarshal.AsSpan(_batches);

    public int Count => _batches.Count;

    public void Add(in StoredBatch batch) => _batches.Add(batch);

    /// <summary>
    /// As many whole batches as fit, from the first that ends at or behind the offset, and lie before the other, at least one of those if told so. Of no length, and -1,
    /// if there is none.
    /// </summary>
    public (int Start, int Length) Find(long offset, long before, long maxBytes, bool atLeastOne, out long lastOffset)
    {
        var batches = Batches[..IndexOf(before)];
        var first = IndexOf(offset);
        if (first >= batches.Length)
        {
            lastOffset = -1;
            return default;
        }

        var start = batches[first].Position;
        int low = first, high = batches.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (batches[middle].End - start <= maxBytes)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == first && atLeastOne)
        {
            low++;
        }

        lastOffset = low == first ? -1 : batches[low - 1].LastOffset;
        return low == first ? default : (start, batches[low - 1].End - start);
    }

    // The first batch that ends at or behind the offset.
    private int IndexOf(long offset)
    {
        var batches = Batches;
        int low = 0, high = batches.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (batches[middle].LastOffset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
