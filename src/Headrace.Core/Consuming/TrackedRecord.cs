namespace Headrace.Consuming;

/// <summary>
/// A consumed record on its way from its arrival until the watermark has passed it. The loop owns all of it, except where a field says otherwise.
/// Instances are pooled: one goes back only when the watermark has passed it <em>and</em> its worker has reported it.
/// </summary>
internal sealed class TrackedRecord
{
    // Written by the worker that runs the record, read by the loop: the release and acquire that publish everything else the worker wrote.
    private volatile Outcome _outcome;

    public Record Record { get; } = new();

    /// <summary>Its lane while it has one.</summary>
    public Lane? Lane { get; set; }

    /// <summary>The batch that a report of this record stands for. Written by the worker before the report.</summary>
    public RecordBatch? Batch { get; set; }

    /// <summary>The stretch that a report of this record stands for.</summary>
    public Stretch? Stretch { get; init; }

    /// <summary>The next record of the lane. A worker reads it only within its chunk, whose links no longer change.</summary>
    public TrackedRecord? Next { get; set; }

    /// <summary>The link of the chain of reports: the worker's until the chain is pushed, then the loop's.</summary>
    public TrackedRecord? NextReport { get; set; }

    /// <summary>What it counts toward the look-ahead.</summary>
    public int Bytes { get; set; }

    public Outcome Outcome
    {
        get => _outcome;
        set => _outcome = value;
    }

    /// <summary>Written by the worker before the outcome: the chunk ends here, what was left of it is the loop's again.</summary>
    public bool EndsChunk { get; set; }

    /// <summary>Written by the worker before <see cref="Outcome.Retry"/>.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Written by the worker before <see cref="Outcome.Failed"/>.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The tracker no longer holds it.</summary>
    public bool Passed { get; set; }

    /// <summary>No worker holds it, nor will one.</summary>
    public bool Released { get; set; }

    public long Offset => Record.Offset;

    /// <summary>Forgets everything for the next use.</summary>
    public void Reset()
    {
        Record.Reset();
        Lane = null;
        Batch = null;
        Next = null;
        NextReport = null;
        Bytes = 0;
        _outcome = Outcome.None;
        EndsChunk = false;
        Delay = default;
        Failure = null;
        Passed = false;
        Released = false;
    }
}
