namespace Headrace.Broker.Requests;

/// <summary>What a setting belongs to, by its number in the configuration requests.</summary>
internal enum ResourceType : sbyte
{
    Topic = 2,
    Broker = 4,
}
