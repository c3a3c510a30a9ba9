namespace Headrace.Consuming;

/// <summary>Where a lane is, as the loop sees it.</summary>
internal enum LaneState
{
    /// <summary>In no list: just made, or its chunk has just ended.</summary>
    Open,

    /// <summary>Handed out at the end of this turn.</summary>
    Touched,

    /// <summary>Its records wait for others of their batch.</summary>
    Gathering,

    /// <summary>Its chunk is with the workers.</summary>
    Handed,

    /// <summary>Waits for its due time.</summary>
    Parked,

    /// <summary>Its records were let go: whatever still refers to the lane ignores it.</summary>
    Dropped,
}
