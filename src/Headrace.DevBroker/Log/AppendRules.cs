namespace Headrace.Broker.Log;

/// <summary>What a topic's settings say about the batches it takes.</summary>
/// <param name="MaxBatchBytes"><c>max.message.bytes</c></param>
/// <param name="UseAppendTime"><c>message.timestamp.type=LogAppendTime</c></param>
/// <param name="NeedsKeys"><c>cleanup.policy</c> contains <c>compact</c></param>
/// <param name="MaxTimeAhead"><c>message.timestamp.after.max.ms</c></param>
/// <param name="MaxTimeBehind"><c>message.timestamp.before.max.ms</c></param>
/// <param name="SegmentBytes"><c>segment.bytes</c></param>
/// <param name="SegmentAge"><c>segment.ms</c></param>
internal readonly record struct AppendRules(
    int MaxBatchBytes,
    bool UseAppendTime,
    bool NeedsKeys,
    long MaxTimeAhead,
    long MaxTimeBehind,
    int SegmentBytes = int.MaxValue,
    long SegmentAge = long.MaxValue);
