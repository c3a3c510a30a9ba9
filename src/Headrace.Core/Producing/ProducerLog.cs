using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>Every line that a producer logs, in category <c>Headrace.Producing</c>.</summary>
internal static partial class ProducerLog
{
    [LoggerMessage(4001, LogLevel.Error, "The producer failed for good: {Error}. A new one takes its place; what was not acknowledged is reported as possibly stored")]
    public static partial void Failed(this ILogger log, string error);

    [LoggerMessage(4002, LogLevel.Error, "The producer could not be made anew; the next try is in {Pause}")]
    public static partial void NotReplaced(this ILogger log, Exception exception, TimeSpan pause);

    [LoggerMessage(4003, LogLevel.Error, "A delivery callback threw. Its record was reported; the callback must not throw")]
    public static partial void CallbackThrew(this ILogger log, Exception exception);

    [LoggerMessage(4004, LogLevel.Error, "{Count} records that were produced without a callback are not acknowledged. The last: {Failure}")]
    public static partial void Unheard(this ILogger log, int count, string failure);

    [LoggerMessage(4005, LogLevel.Warning, "{Left} records were not acknowledged when the producer closed: they end in an exception")]
    public static partial void ClosedWithout(this ILogger log, int left);

    [LoggerMessage(4006, LogLevel.Error, "The transactional producer is fenced, by another with its transactional id or by the time-out of its transaction: {Error}. It has ended")]
    public static partial void Fenced(this ILogger log, string error);
}
