using System.Collections.Concurrent;

namespace Headrace.Failures;

/// <summary>The parked keys of the partitions that one member of a group has.</summary>
internal sealed class ParkedPartitions
{
    private readonly ConcurrentDictionary<(string Topic, int Partition), ParkedKeys> _partitions = new();

    /// <summary>Records that are parked.</summary>
    public int Count => _partitions.Values.Sum(static keys => keys.Count);

    public ParkedKeys Of(string origin, int partition) => _partitions.GetOrAdd((origin, partition), static _ => new());

    /// <summary>A parking partition is read anew: what an earlier assignment knew is not known any more, and what it still does concerns nobody.</summary>
    public void Opened(string origin, int partition) => _partitions[(origin, partition)] = new();

    /// <summary>
    /// A record of a parking topic arrives. What was there when the partition was assigned tells which keys stand still; what comes later this member wrote itself, after it had noted it, or
    /// a former owner did of whom nobody hears any more.
    /// </summary>
    public void Arrived(OwnTopic topic, Record record, bool wasThere)
    {
        if (!wasThere || !record.HasKey || RecordOrigin.OfCopy(record, topic.Origin) is not { } origin)
        {
            return;
        }

        var (keys, key, id) = (Of(topic.Origin, record.Partition), record.CopyKey(), ParkedId.Of(origin));
        if (!ParkedNote.IsNote(record, origin))
        {
            keys.TryPark(key, id, int.MaxValue);
            if (RecordOrigin.TextOf(record.Headers, DeadLetterHeaders.Parked, origin.Headers, int.MaxValue) is not null && keys.NoteOf(key, id) is null)
            {
                keys.Note(key, id, ParkedNote.Read(record, origin));
            }
        }
        else if (ParkedNote.Read(record, origin) is { State: not ParkedState.Settled } note)
        {
            keys.Note(key, id, note);
        }
        else
        {
            keys.Settle(key, id);
        }
    }
}
