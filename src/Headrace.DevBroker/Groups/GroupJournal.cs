using Headrace.Broker.Storage;

namespace Headrace.Broker.Groups;

/// <summary>What a request changed about groups and offsets, written down in one piece before it is answered; nothing in memory. Used under the coordinator's lock only.</summary>
internal sealed class GroupJournal(Journal? journal)
{
    private readonly List<JournalEntry> _changes = [];

    public void Note(JournalEntry change)
    {
        if (journal is not null)
        {
            _changes.Add(change);
        }
    }

    public void NoteOffset(string group, OffsetKey key, in CommittedOffset offset) =>
        Note(new OffsetEntry(group, key.Topic, key.Partition, offset.Offset, offset.LeaderEpoch, offset.Metadata));

    public void NoteOffsetRemoved(string group, OffsetKey key) =>
        Note(new OffsetEntry(group, key.Topic, key.Partition, 0, -1, string.Empty) { IsRemoved = true });

    public void NotePending(string group, long producerId, OffsetKey key, in CommittedOffset? offset) => Note(new PendingOffsetEntry(
        group, producerId, key.Topic, key.Partition, offset is { } known ? new PendingOffset(known.Offset, known.LeaderEpoch, known.Metadata) : null));

    public void NotePendingRemoved(string group, long producerId, OffsetKey key) =>
        Note(new PendingOffsetEntry(group, producerId, key.Topic, key.Partition, null) { IsRemoved = true });

    /// <exception cref="IOException">The disk is full, or worse.</exception>
    public void Write()
    {
        if (_changes.Count > 0)
        {
            journal!.Write([.. _changes]);
            _changes.Clear();
        }
    }
}
