using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>Which transactions are open in one partition, and which were aborted. Guarded by its log's lock.</summary>
internal sealed class TransactionIndex
{
    private readonly Dictionary<long, short> _admitted = [];
    private readonly Dictionary<long, long> _open = [];
    private readonly List<AbortedTransaction> _aborted = [];

    /// <summary>Null while no transaction has records here.</summary>
    public long? FirstOpenOffset { get; private set; }

    /// <summary>The coordinator has entered this partition into the producer's transaction. Without that a batch would stay open for ever.</summary>
    public void Admit(long producerId, short epoch) => _admitted[producerId] = epoch;

    public ErrorCode Check(long producerId, short epoch, bool isTransactional)
    {
        if (!isTransactional)
        {
            return _open.ContainsKey(producerId) ? ErrorCode.InvalidTxnState : ErrorCode.None;
        }

        return !_admitted.TryGetValue(producerId, out var admitted) ? ErrorCode.InvalidTxnState
            : epoch != admitted ? ErrorCode.InvalidProducerEpoch
            : ErrorCode.None;
    }

    public long? FirstOffsetOf(long producerId) => _open.TryGetValue(producerId, out var first) ? first : null;

    public void AddRecords(long producerId, long baseOffset)
    {
        if (_open.TryAdd(producerId, baseOffset))
        {
            FirstOpenOffset ??= baseOffset;
        }
    }

    public void AddMarker(long producerId, bool committed, long offset)
    {
        _admitted.Remove(producerId);
        if (!_open.Remove(producerId, out var first))
        {
            return;
        }

        FirstOpenOffset = _open.Count == 0 ? null : _open.Values.Min();
        if (!committed)
        {
            _aborted.Add(new AbortedTransaction(producerId, first, offset, FirstOpenOffset ?? offset + 1));
        }
    }

    /// <summary>Those that a reader of these offsets, both included, meets.</summary>
    public List<AbortedTransaction> FindAborted(long from, long to)
    {
        var found = new List<AbortedTransaction>();
        for (var i = IndexOf(from); i < _aborted.Count; i++)
        {
            if (_aborted[i].FirstOffset <= to)
            {
                found.Add(_aborted[i]);
            }

            if (_aborted[i].StableBefore > to)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>The log begins at the offset now.</summary>
    public void ForgetBefore(long offset) => _aborted.RemoveRange(0, IndexOf(offset));

    // Markers come in the order of their offsets.
    private int IndexOf(long lastOffset)
    {
        int low = 0, high = _aborted.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_aborted[middle].LastOffset < lastOffset)
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
