using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>
/// Where a batch went, or why it was refused. The append time is set where the topic stamps its own, otherwise -1;
/// the invalid record is the number within the batch of the one that caused a refusal.
/// </summary>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long AppendTime, string? Message = null, int? InvalidRecord = null)
{
    public static AppendResult Refused(ErrorCode error, string message, int? invalidRecord = null) => new(error, -1, -1, message, invalidRecord);
}
