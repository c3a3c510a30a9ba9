namespace Headrace.Consuming;

/// <summary>Lanes whose first record is to be tried again later. Only the loop uses it.</summary>
internal sealed class ParkedLanes(TimeProvider time)
{
    private readonly PriorityQueue<Lane, long> _lanes = new();

    /// <summary>When the next one is due, as a timestamp of the clock; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextDue => _lanes.TryPeek(out _, out var due) ? due : long.MaxValue;

    public void Add(Lane lane, TimeSpan delay)
    {
        (lane.State, lane.Due) = (LaneState.Parked, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
        _lanes.Enqueue(lane, lane.Due);
    }

    /// <summary>Takes a lane whose time has come and that was not woken before.</summary>
    public bool TryTake(out Lane lane)
    {
        while (_lanes.TryPeek(out lane!, out var due) && due <= time.GetTimestamp())
        {
            _lanes.Dequeue();
            if (lane.State == LaneState.Parked && lane.Due == due)
            {
                return true;
            }
        }

        return false;
    }
}
