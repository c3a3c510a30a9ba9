using Headrace.Broker.Topics;

namespace Headrace.Broker.Requests;

/// <summary>What the handlers of one broker share. Everything in it does its own locking.</summary>
internal sealed class BrokerState
{
    public const int NodeId = 1;

    public required string ClusterId { get; init; }

    /// <summary>What clients are told to connect to.</summary>
    public required string AdvertisedHost { get; init; }

    /// <summary>Set once, before the first connection is accepted.</summary>
    public int AdvertisedPort { get; set; }

    public required TimeProvider Time { get; init; }

    public required TopicCatalogue Topics { get; init; }
}
