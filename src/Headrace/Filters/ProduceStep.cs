namespace Headrace;

/// <summary>The rest of the way to Kafka: later filters, then the client. Completes when the record is acknowledged.</summary>
public delegate ValueTask<RecordPosition> ProduceStep(ProduceContext context);
