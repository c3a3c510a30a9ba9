namespace Headrace.Consuming;

/// <summary>
/// What the handlers of a partition produced for the transaction that settles their records, in the order of those records: it waits here until the
/// watermark has passed them. Only the loop uses it.
/// </summary>
internal sealed class PendingOutputs
{
    private readonly RecordPool _records;
    private readonly SortedDictionary<long, IReadOnlyList<OutgoingRecord>> _byOffset = [];

    public PendingOutputs(RecordPool records) => (_records, Pass) = (records, Take);

    /// <summary>For the tracker, in place of the pool's own.</summary>
    public Action<TrackedRecord> Pass { get; }

    /// <summary>What belongs to records below an offset. It stays until <see cref="Forget"/>: a transaction may have to be written again.</summary>
    public IEnumerable<OutgoingRecord> Below(long offset) => _byOffset.TakeWhile(entry => entry.Key < offset).SelectMany(static entry => entry.Value);

    /// <summary>Lets go of what is committed.</summary>
    public void Forget(long offset)
    {
        while (_byOffset.Count > 0 && _byOffset.First().Key is var first && first < offset)
        {
            _byOffset.Remove(first);
        }
    }

    private void Take(TrackedRecord record)
    {
        if (record.Record.Outputs is { Count: > 0 } outputs)
        {
            _byOffset[record.Offset] = outputs;
        }

        _records.Pass(record);
    }
}
