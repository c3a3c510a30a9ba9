using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Failures;

/// <summary>The lines of the category <c>Headrace.Failures</c>.</summary>
internal static partial class FailureLog
{
    public const string Category = "Headrace.Failures";

    [LoggerMessage(EventIds.WillRetry, LogLevel.Warning, "{Group} will try {Message} at {Position} again in {Delay:0.0} s (attempt {Attempt} of {Attempts} failed): {Exception}.")]
    public static partial void WillRetry(ILogger logger, string group, string message, RecordPosition position, double delay, int attempt, int attempts, string exception);

    [LoggerMessage(
        EventIds.RetriesLater, LogLevel.Warning,
        "{Group} could not handle {Message} at {Position} (attempt {Attempt}): {Exception}. It is tried again in {Delay}, from {Copy}.")]
    public static partial void RetriesLater(ILogger logger, string group, string message, RecordPosition position, RecordPosition copy, string delay, int attempt, string exception);

    [LoggerMessage(
        EventIds.DeadLettered, LogLevel.Error,
        "{Group} could not handle {Message} at {Position} ({Attempts} attempts, {Seconds:0.0} s): {Exception}. Dead-lettered to {DeadLetter}.")]
    public static partial void DeadLettered(
        ILogger logger, Exception error, string group, string message, RecordPosition position, int attempts, double seconds, string exception, RecordPosition deadLetter);

    [LoggerMessage(EventIds.SkippedByPolicy, LogLevel.Warning, "{Group} skipped {Message} at {Position}, as its failure policy says for {Exception}. The record is settled unhandled.")]
    public static partial void Skipped(ILogger logger, string group, string message, RecordPosition position, string exception);

    [LoggerMessage(
        EventIds.DeadLetterFailed, LogLevel.Error,
        "{Group} could not write {Message} at {Position} to {DeadLetterTopic} (try {Writes}): {Reason} The record stays unsettled and its partition's lag grows. Next try in {Delay:0.0} s.")]
    public static partial void DeadLetterFailed(
        ILogger logger, string group, string message, RecordPosition position, string deadLetterTopic, int writes, string reason, double delay);

    [LoggerMessage(
        EventIds.DeadLetterTooLarge, LogLevel.Critical,
        "{Group} cannot write {Message} at {Position} to {DeadLetterTopic}: even without its failure's texts it is larger than the topic takes. The record stays unsettled. "
        + "Raise max.message.bytes of the topic and message.max.bytes of the producer above the origin's. Next try in {Delay:0.0} s.")]
    public static partial void DeadLetterTooLarge(ILogger logger, string group, string message, RecordPosition position, string deadLetterTopic, double delay);

    [LoggerMessage(
        EventIds.WaitsForKafka, LogLevel.Warning,
        "{Group} could not finish {Message} at {Position}, because what it needs is away or did not acknowledge: {Reason} The record stays unsettled. Next try in {Delay:0.0} s.")]
    public static partial void WaitsForKafka(ILogger logger, string group, string message, RecordPosition position, string reason, double delay);

    [LoggerMessage(
        EventIds.BatchFailed, LogLevel.Warning,
        "{Group} failed a batch of {Count} {Message}, the first of them {Position}: {Exception}. Each will be tried alone in {Delay:0.0} s, to find the one that is to blame.")]
    public static partial void BatchFailed(ILogger logger, string group, int count, string message, RecordPosition position, string exception, double delay);

    [LoggerMessage(
        EventIds.NotParked, LogLevel.Error,
        "{Group} could not park {Position} behind others of its key: {Reason} The record stays unsettled and its partition's lag grows. Next try in {Delay:0.0} s.")]
    public static partial void NotParked(ILogger logger, string group, RecordPosition position, string reason, double delay);

    [LoggerMessage(
        EventIds.ParkingFull, LogLevel.Error,
        "{Group} cannot park {Position}: {AtMost} records of its partition are parked, as many as WithOrderKept allows. Records of parked keys wait. Redrive or discard the dead letters of these keys.")]
    public static partial void ParkingFull(ILogger logger, string group, RecordPosition position, int atMost);

    [LoggerMessage(EventIds.Repeated, LogLevel.Warning, "{Group}: {Count} more lines like this in {Seconds:0} s, not logged one by one: {Line} of {Message}, {Exception}.")]
    public static partial void Repeated(ILogger logger, string group, int count, double seconds, string line, string message, string exception);
}
