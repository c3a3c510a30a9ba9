namespace Headrace.Broker.Wire;

/// <summary>The bytes of a frame do not follow the protocol. The connection they came from is closed.</summary>
internal sealed class WireException(string message) : Exception(message);
