namespace Headrace.Broker.Requests;

/// <summary>What a handler knows besides the request itself.</summary>
internal readonly record struct RequestContext(int Version, string? ClientId, ClientConnection Connection, BrokerState Broker);
