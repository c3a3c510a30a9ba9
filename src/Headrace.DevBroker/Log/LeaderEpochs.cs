namespace Headrace.Broker.Log;

/// <summary>
/// Which leader epoch began at which offset (KIP-101, KIP-320). One node has one leader; the epoch rises when the log lost its tail, so that clients notice. Guarded by its
/// log's lock.
/// </summary>
internal sealed class LeaderEpochs
{
    private readonly List<(int Epoch, long StartOffset)> _begun = [(0, 0)];

    public int Current => _begun[^1].Epoch;

    public IReadOnlyList<(int Epoch, long StartOffset)> Begun => _begun;

    /// <summary>From this offset on, records are of the epoch. One that nothing was written in is replaced.</summary>
    public void Begin(int epoch, long startOffset)
    {
        _begun.RemoveAll(begun => begun.StartOffset >= startOffset || begun.Epoch >= epoch);
        _begun.Add((epoch, startOffset));
    }

    /// <summary>The largest epoch up to the one asked for, and the offset behind its last record; -1 and -1 for an epoch that is not known.</summary>
    public (int Epoch, long EndOffset) EndOf(int epoch, long logEnd)
    {
        if (epoch < 0 || epoch > Current)
        {
            return (-1, -1);
        }

        var index = _begun.FindLastIndex(begun => begun.Epoch <= epoch);
        return index < 0 ? (epoch, _begun[0].StartOffset) : (_begun[index].Epoch, index + 1 < _begun.Count ? _begun[index + 1].StartOffset : logEnd);
    }
}
