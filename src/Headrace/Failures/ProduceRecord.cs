namespace Headrace.Failures;

/// <summary>Produces a record and completes with its position once it is acknowledged; a group's only way to write.</summary>
internal delegate ValueTask<RecordPosition> ProduceRecord(in OutgoingRecord record, CancellationToken cancellation);
