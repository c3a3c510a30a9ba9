using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>Reads the messages of a stretch.</summary>
internal interface IStretchSource
{
    AssignedPartition Partition { get; }

    /// <summary>The offset of a message. Whoever has it.</summary>
    long OffsetOf(NativeMessage message);

    /// <summary>Points a record at a message; <see langword="false"/> when that is an error. Whoever has it.</summary>
    bool TryPlace(Record record, NativeMessage message);

    /// <summary>Takes a message that is to be handled in a lane. Only the loop uses it.</summary>
    void Take(NativeMessage message);
}
