namespace Storefront.Status;

/// <summary>A group on <c>/status</c>. Counts are this process's own: of a group that runs elsewhere only the lag is known.</summary>
internal sealed record GroupStatus(string Name, string State, long Handled, long Failed, long Retried, long DeadLettered, long? Lag, string? LastError);
