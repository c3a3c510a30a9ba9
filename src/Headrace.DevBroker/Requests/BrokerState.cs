using Headrace.Broker.Diagnostics;
using Headrace.Broker.Groups;
using Headrace.Broker.Topics;
using Headrace.Broker.Transactions;

namespace Headrace.Broker.Requests;

/// <summary>What the handlers of one broker share. Everything in it does its own locking.</summary>
internal sealed class BrokerState
{
    public const int NodeId = 1;

    public required string ClusterId { get; init; }

    /// <summary>What clients are told to connect to.</summary>
    public required string AdvertisedHost { get; init; }

    public required int AdvertisedPort { get; init; }

    /// <summary>The folder that the data are in; in memory a name that is none.</summary>
    public required string LogDir { get; init; }

    public required TimeProvider Time { get; init; }

    public required TopicCatalogue Topics { get; init; }

    public required GroupCoordinator Groups { get; init; }

    public required BrokerMetrics Metrics { get; init; }

    public required TransactionCoordinator Transactions { get; init; }
}
