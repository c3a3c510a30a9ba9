namespace Headrace.Broker.Groups;

/// <summary>A way of assigning that a member supports, by name, with what it wants the leader to know. Opaque to the broker.</summary>
internal readonly record struct MemberProtocol(string Name, byte[] Metadata);
