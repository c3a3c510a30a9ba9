namespace Headrace.Topology;

/// <summary>How a group keeps the order of its keys across failures.</summary>
/// <param name="AtMost">Records of one partition that are parked at once, at most.</param>
/// <param name="StopsWhenFull">Whether the group stops then; otherwise records of parked keys wait where they are.</param>
internal sealed record OrderKept(int AtMost, bool StopsWhenFull);
