namespace Headrace.Broker.Log;

/// <summary>What a topic's settings say about how long its records stay. Negative: without limit.</summary>
/// <param name="MaxAge"><c>retention.ms</c></param>
/// <param name="MaxBytes"><c>retention.bytes</c></param>
internal readonly record struct RetentionRules(long MaxAge, long MaxBytes);
