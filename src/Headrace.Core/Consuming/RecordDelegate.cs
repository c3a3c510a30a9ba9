namespace Headrace;

/// <summary>
/// Handles one record; the one way from the consuming engine up to whoever uses it. An exception is never an ack: an
/// <see cref="OperationCanceledException"/> after <see cref="Record.Cancellation"/> fired abandons the record to its next owner, any other
/// exception faults the consumer with the record unsettled.
/// </summary>
/// <param name="record">The record, valid until the returned task completes.</param>
public delegate ValueTask<Settlement> RecordDelegate(Record record);
