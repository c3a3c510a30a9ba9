using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>Every line that the engine logs, in category <c>Headrace.Consuming</c>.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(1001, LogLevel.Information, "{Group} reads {Topics}.")]
    public static partial void Subscribed(this ILogger log, string group, string topics);

    [LoggerMessage(1002, LogLevel.Warning, "{Group} waits for topics that do not exist: {Topics}. The other topics flow.")]
    public static partial void TopicsMissing(this ILogger log, string group, string topics);

    [LoggerMessage(1003, LogLevel.Information, "{Group} was assigned {Partitions}.")]
    public static partial void Assigned(this ILogger log, string group, string partitions);

    [LoggerMessage(1004, LogLevel.Information, "{Group} has no committed offset and starts at {Start}: {Positions}.")]
    public static partial void StartsAt(this ILogger log, string group, string start, string positions);

    [LoggerMessage(1005, LogLevel.Information, "{Group} gives up {Partitions}; {Running} records are in flight.")]
    public static partial void Revoked(this ILogger log, string group, string partitions, int running);

    [LoggerMessage(1006, LogLevel.Warning, "{Group} lost {Partitions}: nothing more is committed for them, their next owner gets what was not committed.")]
    public static partial void Lost(this ILogger log, string group, string partitions);

    [LoggerMessage(1007, LogLevel.Warning, "{Group} abandons {Count} records in flight of {Partitions}: they took too long. Their next owner gets them.")]
    public static partial void Abandoned(this ILogger log, string group, int count, string partitions);

    [LoggerMessage(1008, LogLevel.Warning, "{Group}: {Source}: {Error}.")]
    public static partial void Error(this ILogger log, string group, string source, string error);

    [LoggerMessage(1009, LogLevel.Information, "{Group}: {Source}: over.")]
    public static partial void ErrorOver(this ILogger log, string group, string source);

    [LoggerMessage(1010, LogLevel.Warning, "{Group}: the commit of {Partition} at {Offset} was refused: {Error}.")]
    public static partial void CommitRefused(this ILogger log, string group, AssignedPartition partition, long offset, string error);

    [LoggerMessage(1011, LogLevel.Warning,
        "{Group} was at offset {Offset} of {Partition}, but the log ends at {End}: it was cut, or the topic was made again. It starts over at {Start}: offset {NewOffset}.")]
    public static partial void BeyondEnd(this ILogger log, string group, long offset, AssignedPartition partition, long end, string start, long newOffset);

    [LoggerMessage(1012, LogLevel.Error, "{Group} stops by a fault.")]
    public static partial void Faulted(this ILogger log, Exception fault, string group);

    [LoggerMessage(1013, LogLevel.Information, "{Group} has stopped; {Settled} records were settled, {Abandoned} abandoned in flight.")]
    public static partial void Stopped(this ILogger log, string group, long settled, int abandoned);

    [LoggerMessage(1015, LogLevel.Information, "{Group} goes on with {Count} offsets finished above the committed ones of {Partitions}: they are not handled again.")]
    public static partial void Finished(this ILogger log, string group, long count, string partitions);

    [LoggerMessage(1016, LogLevel.Warning, "{Group} ignores what was committed beside {Position}: {Reason}. What was finished above it is handled again.")]
    public static partial void MapIgnored(this ILogger log, string group, string position, string reason);

    [LoggerMessage(1017, LogLevel.Warning,
        "{Group}: the map of {Partition} is cut at {Bytes} bytes, so that more than what was unfinished may be repeated after a crash. Raise 'OffsetMapBytes', and the broker's 'offset.metadata.max.bytes', or find the record that has been stuck at {Offset}.")]
    public static partial void MapCut(this ILogger log, string group, AssignedPartition partition, int bytes, long offset);

    [LoggerMessage(1018, LogLevel.Warning,
        "{Group}: the broker refuses the map of {Partition}: it takes less than {Bytes} bytes. Only the offset is committed from now on. Set 'OffsetMapBytes' to the broker's 'offset.metadata.max.bytes'.")]
    public static partial void MapRefused(this ILogger log, string group, AssignedPartition partition, int bytes);

    [LoggerMessage(1019, LogLevel.Warning,
        "{Group}: the topic of {Partition} was deleted and made again. Nothing of the old one is committed any more; offset {Offset} was next, {Running} records are in flight and given up. The new one is read {Start}.")]
    public static partial void TopicReplaced(this ILogger log, string group, AssignedPartition partition, long offset, int running, string start);

    [LoggerMessage(1020, LogLevel.Warning,
        "{Group}: an election cut the log of {Partition} below offset {Position}, which was next, and wrote it anew. It starts over at {Start}: offset {NewOffset}.")]
    public static partial void LogCut(this ILogger log, string group, AssignedPartition partition, long position, string start, long newOffset);

    [LoggerMessage(1021, LogLevel.Warning, "{Group} lost its session while it gave up {Partitions}: nothing more is committed for them.")]
    public static partial void LostWhileDraining(this ILogger log, string group, string partitions);

    [LoggerMessage(1014, LogLevel.Debug, "{Group}: client library: {Facility}: {Text}")]
    public static partial void ClientLibrary(this ILogger log, string group, string facility, string text);

    /// <summary>Where an assignment begins, and what of it is finished already.</summary>
    public static void TellAssigned(this ILogger log, ConsumerOptions options, IReadOnlyList<StartOffset> starts, IEnumerable<AssignedPartition> partitions)
    {
        log.Assigned(options.GroupId, string.Join(", ", starts.Select(static start => start.Position)));
        var first = string.Join(", ", starts.Where(static start => !start.IsCommitted).Select(static start => start.Position));
        if (first.Length > 0)
        {
            log.StartsAt(options.GroupId, options.StartAt.ToString(), first);
        }

        var finished = partitions.Where(static partition => partition.Tracker.Finished is not null).ToList();
        if (finished.Count > 0)
        {
            var offsets = finished.Sum(static partition => partition.Tracker.Finished!.Ranges.Sum(static range => range.Length));
            log.Finished(options.GroupId, offsets, string.Join(", ", finished));
        }
    }
}
