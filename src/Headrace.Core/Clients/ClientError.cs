namespace Headrace;

/// <summary>An error of a client itself, not of a record.</summary>
/// <param name="Client">The client, as in <see cref="ClientStatistics.Client"/>.</param>
/// <param name="Code">Kafka's error code, or the client library's own (negative).</param>
/// <param name="Reason">What happened.</param>
/// <param name="IsFatal">Whether the client is finished: a producer is made anew, a group stops.</param>
public sealed record ClientError(string Client, int Code, string Reason, bool IsFatal);
