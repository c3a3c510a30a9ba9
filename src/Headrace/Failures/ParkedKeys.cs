namespace Headrace.Failures;

/// <summary>
/// The keys of one partition that stand still, and what of them is in the parking topic and not settled. Any thread: workers of the partition add, those of the parking partition settle.
/// </summary>
internal sealed class ParkedKeys
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RecordKey, SortedDictionary<ParkedId, ParkedNote?>> _keys = [];
    private volatile int _count;

    /// <summary>Records that are parked.</summary>
    public int Count => _count;

    /// <summary>Parks a record when its key stands still; otherwise it may be handled. One that comes before all that are parked was settled before them, and is only repeated.</summary>
    public ParkVerdict TryParkBehind(RecordKey key, ParkedId id, int atMost)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(key, out var parked))
            {
                return ParkVerdict.NotNeeded;
            }

            var first = parked.Keys.First();
            return first.TopicId == id.TopicId && id.Offset < first.Offset ? ParkVerdict.NotNeeded : Add(parked, id, atMost);
        }
    }

    /// <summary>Parks a record that failed: its key stands still from here on.</summary>
    public ParkVerdict TryPark(RecordKey key, ParkedId id, int atMost)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(key, out var parked))
            {
                parked = [];
                if (_count >= atMost)
                {
                    return ParkVerdict.Full;
                }

                _keys.Add(key, parked);
            }

            return Add(parked, id, atMost);
        }
    }

    public bool IsParked(RecordKey key, ParkedId id)
    {
        lock (_gate)
        {
            return _keys.TryGetValue(key, out var parked) && parked.ContainsKey(id);
        }
    }

    /// <summary>How it stands with a record since it was parked; <see langword="null"/> when nothing has changed.</summary>
    public ParkedNote? NoteOf(RecordKey key, ParkedId id)
    {
        lock (_gate)
        {
            return _keys.TryGetValue(key, out var parked) ? parked.GetValueOrDefault(id) : null;
        }
    }

    public void Note(RecordKey key, ParkedId id, ParkedNote note)
    {
        lock (_gate)
        {
            if (_keys.TryGetValue(key, out var parked) && parked.ContainsKey(id))
            {
                parked[id] = note;
            }
        }
    }

    /// <summary>The record is settled; with the last one of a key, the key goes on.</summary>
    public void Settle(RecordKey key, ParkedId id)
    {
        lock (_gate)
        {
            if (_keys.TryGetValue(key, out var parked) && parked.Remove(id))
            {
                _count--;
                if (parked.Count == 0)
                {
                    _keys.Remove(key);
                }
            }
        }
    }

    private ParkVerdict Add(SortedDictionary<ParkedId, ParkedNote?> parked, ParkedId id, int atMost)
    {
        if (parked.ContainsKey(id))
        {
            return ParkVerdict.Parked;
        }

        if (_count >= atMost)
        {
            return ParkVerdict.Full;
        }

        parked.Add(id, null);
        _count++;
        return ParkVerdict.Parked;
    }
}
