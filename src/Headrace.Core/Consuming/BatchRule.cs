namespace Headrace;

/// <summary>How the records of a topic are put together in batches.</summary>
public sealed class BatchRule
{
    /// <summary>Records in a batch, at most; at least 1. A full batch is handled at once.</summary>
    public required int Size { get; init; }

    /// <summary>How long the first record of a batch waits for others. A batch that cannot grow, because the look-ahead is used up, does not wait.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>What handles a batch.</summary>
    public required RecordBatchDelegate Handle { get; init; }

    /// <summary>Which records may be together. Default: any.</summary>
    public BatchScope Scope { get; init; }
}
