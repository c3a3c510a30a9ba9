using Headrace.Broker.Faults;
using Headrace.Broker.Requests;

namespace Headrace.Broker.Server;

/// <summary>What the connections of one broker share.</summary>
/// <param name="Table">Who handles what.</param>
/// <param name="Faults">Stand before the handlers.</param>
/// <param name="Gate">Closes for all.</param>
/// <param name="EndsWaitsEarly">Whether a fetch that waits is answered when its connection sends another request.</param>
internal sealed record ServerParts(RequestTable Table, FaultInjection Faults, Gate Gate, bool EndsWaitsEarly);
