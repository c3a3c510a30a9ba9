using Headrace.Broker.Faults;
using Headrace.Broker.Requests;

namespace Headrace.Broker.Server;

/// <summary>What the connections of one broker share: who handles what, which faults stand before the handlers, and the gate that closes for all.</summary>
internal sealed record ServerParts(RequestTable Table, FaultInjection Faults, Gate Gate);
