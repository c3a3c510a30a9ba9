namespace Headrace.Consuming;

/// <summary>The faults that stop a consumer: what happened, why, what to do.</summary>
internal static class ConsumerFaults
{
    public static InvalidOperationException HandlerThrew(string group, RecordPosition position, Exception failure) => new(
        $"The consumer of group '{group}' stopped: the handler of {position} threw {failure.GetType().Name} and no failure policy took it. The record is not " +
        "settled and nothing after it is committed. Handle the exception, or give the group a failure policy that retries or dead-letters.",
        failure);

    public static InvalidOperationException BelowLogStart(string group, AssignedPartition partition, long offset, long start) => new(
        $"The consumer of group '{group}' stopped: it was to read {partition} from offset {offset}, but the log begins at {start}. The {start - offset} offsets " +
        $"{offset} to {start - 1} were deleted by retention before this group had read them, and skipping them silently would lose them. Reset the group's offset " +
        $"for {partition} to {start} to go on without them, and raise 'retention.ms' or 'retention.bytes' of '{partition.Topic}' if the group must be able to be away longer.");

    public static InvalidOperationException Fenced(string group, string error) => new(
        $"The consumer of group '{group}' stopped: the broker fenced it ({error}). Another running member has the same 'group.instance.id', or this one was replaced. " +
        "Give every member an id of its own (for example the pod's name), and stop the one that should not run.");

    public static InvalidOperationException Fatal(string group, string error) => new(
        $"The consumer of group '{group}' stopped: its client cannot go on ({error}). Correct the cause and start the group again.");

    public static InvalidOperationException OutputTooLarge(string group, string error) => new(
        $"The consumer of group '{group}' stopped: what a handler produced is too large for its topic, so its transaction can never be committed ({error}). " +
        "Nothing of it is visible. Raise the topic's 'max.message.bytes', or let the handler produce less, and start the group again.");

    public static InvalidOperationException CommitRefused(string group, AssignedPartition partition, string error) => new(
        $"The consumer of group '{group}' stopped: the broker refuses its commits for {partition} for good ({error}). Correct the cause and start the group again; " +
        "it goes on at its last committed offset.");
}
