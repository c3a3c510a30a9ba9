using Headrace.Filters;
using Microsoft.Extensions.Logging;

namespace Headrace.Failures;

/// <summary>What the records of a group need from outside.</summary>
internal sealed record GroupSurroundings
{
    public required IServiceProvider Services { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>What the bytes of handlers' results are.</summary>
    public required IMessageFormat ResultFormat { get; init; }

    /// <summary>Produces handlers' results.</summary>
    public required ProduceRecord Produce { get; init; }

    /// <summary>The filters of what is produced. Default: none.</summary>
    public ProduceSteps ProduceSteps { get; init; } = new([], []);

    /// <summary>Produces dead letters, whose producer takes larger records than others.</summary>
    public required ProduceRecord ProduceDeadLetter { get; init; }

    /// <summary>Makes sure that the dead-letter topic of an origin topic exists, and gives its number of partitions. Throws while it does not.</summary>
    public required Func<string, CancellationToken, ValueTask<int>> DeadLetterPartitions { get; init; }

    /// <summary>The topic of ours that a copy was read from.</summary>
    public Func<string, OwnTopic?> FindOwnTopic { get; init; } = static _ => null;

    /// <summary>What is parked of the partitions that this member has; read by a group that keeps the order of its keys.</summary>
    public ParkedPartitions Parked { get; init; } = new();

    /// <summary>Lets a key of a topic's partition that waits for another try be handed out now.</summary>
    public Action<string, int, RecordKey> Wake { get; init; } = static (_, _, _) => { };

    /// <summary>
    /// Runs around all filters and the handler, and completes only when everything that was produced inside is acknowledged.
    /// <see langword="null"/> where nothing can be produced.
    /// </summary>
    public MessageFilter? AwaitProduced { get; init; }

    /// <summary>Whether what is produced inside goes into the transaction that commits the record, instead of being produced at once.</summary>
    public bool HasTransactions { get; init; }
}
