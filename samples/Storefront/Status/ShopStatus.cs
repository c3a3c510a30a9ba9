namespace Storefront.Status;

/// <summary>The answer of <c>GET /status</c>.</summary>
internal sealed record ShopStatus(
    string Kafka,
    string Format,
    bool Connected,
    IReadOnlyDictionary<string, long> Produced,
    long Rejected,
    IReadOnlyList<ShopStatus.Group> Groups,
    IReadOnlyList<RecentEvent> Recent)
{
    /// <summary>A group. Counts are this process's own: of a group that runs elsewhere only the lag is known, and here it is stopped.</summary>
    /// <param name="Name">The group.</param>
    /// <param name="State">What this process's member does.</param>
    /// <param name="Handled">Records handled to the end.</param>
    /// <param name="Failed">Tries that failed.</param>
    /// <param name="Retried">Those after which there was another.</param>
    /// <param name="DeadLettered">Records that went to a dead-letter topic.</param>
    /// <param name="Lag">Records still before the group.</param>
    /// <param name="LastError">What is wrong, or was last.</param>
    /// <param name="DeadLetterDepth">Dead letters of all processes that were neither redriven nor discarded.</param>
    /// <param name="DeadLetterReason">Why they are there, by exception.</param>
    internal sealed record Group(
        string Name, string State, long Handled, long Failed, long Retried, long DeadLettered, long? Lag, string? LastError, long DeadLetterDepth, string? DeadLetterReason);
}
