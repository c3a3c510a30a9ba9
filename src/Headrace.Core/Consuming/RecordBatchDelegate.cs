namespace Headrace;

/// <summary>
/// Handles a batch. When the task completes, every record is settled but those of which the batch was told otherwise; an exception is never an ack and means
/// for each record what it means for a <see cref="RecordDelegate"/>.
/// </summary>
/// <param name="batch">The batch; it and its records are valid until the returned task completes.</param>
public delegate ValueTask RecordBatchDelegate(RecordBatch batch);
