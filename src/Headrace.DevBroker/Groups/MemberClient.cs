namespace Headrace.Broker.Groups;

/// <summary>The client behind a request.</summary>
/// <param name="ClientId">What the client calls itself.</param>
/// <param name="Host">Its address, as DescribeGroups shows it.</param>
/// <param name="ConnectionId">The connection, unique within the broker.</param>
/// <param name="Closed">Fires when the connection closes.</param>
internal readonly record struct MemberClient(string ClientId, string Host, string ConnectionId, CancellationToken Closed = default);
