namespace Headrace;

/// <summary>A group was stopped by its own policy, with a record unsettled; it is the first to come after a restart.</summary>
public sealed class GroupStoppedException : Exception
{
    /// <summary>A stop at a record.</summary>
    public GroupStoppedException(string message, RecordPosition position, Exception? inner = null)
        : base(message, inner) => Position = position;

    /// <summary>The record at which the group stopped.</summary>
    public RecordPosition Position { get; }
}
