namespace Headrace;

/// <summary>What the client library says of itself; its STATISTICS.md explains it.</summary>
/// <param name="Client">The client: <c>group billing</c>, <c>group billing, fetching</c>, <c>the producer</c> and the like.</param>
/// <param name="Json">The statistics as JSON.</param>
public sealed record ClientStatistics(string Client, string Json);
