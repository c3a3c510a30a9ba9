namespace Headrace.Json;

/// <summary>A value would take more time, memory or stack than a message may; it is refused where that shows.</summary>
internal sealed class EvaluationLimitException(string message) : Exception(message);
