using System.Security.Cryptography;
using Headrace.Broker.Diagnostics;
using Headrace.Broker.Groups;
using Headrace.Broker.Topics;

namespace Headrace.Broker.Requests;

/// <summary>What the handlers of one broker share. Everything in it does its own locking.</summary>
internal sealed class BrokerState
{
    public const int NodeId = 1;

    // A broker in memory that is started again must not hand out the id of a producer that still lives: its batches would be taken for repetitions.
    private long _lastProducerId = RandomNumberGenerator.GetInt32(int.MaxValue) * (1L << 31) + RandomNumberGenerator.GetInt32(int.MaxValue);

    public required string ClusterId { get; init; }

    /// <summary>What clients are told to connect to.</summary>
    public required string AdvertisedHost { get; init; }

    public required int AdvertisedPort { get; init; }

    public required TimeProvider Time { get; init; }

    public required TopicCatalogue Topics { get; init; }

    public required GroupCoordinator Groups { get; init; }

    public required BrokerMetrics Metrics { get; init; }

    public long NextProducerId() => Interlocked.Increment(ref _lastProducerId);
}
