namespace Headrace;

/// <summary>What somebody should hear about one dead-letter topic.</summary>
public sealed record DeadLetterAlert
{
    /// <summary>What it says.</summary>
    public required DeadLetterAlertKind Kind { get; init; }

    /// <summary>The cluster, by its name in the application.</summary>
    public required string Cluster { get; init; }

    /// <summary>What waits there, and why.</summary>
    public required DeadLetterSummary Letters { get; init; }

    /// <summary>When it was said.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>It in one line: <c>3 dead letters in orders.billing.dlt, the oldest since …: 3 × Shop.NoMoneyException.</c></summary>
    public override string ToString()
    {
        if (Letters.Depth == 0)
        {
            return FormattableString.Invariant($"No dead letters in {Letters.Topic} any more.");
        }

        var why = string.Join(", ", Letters.ByException.Select(static pair => FormattableString.Invariant($"{pair.Value} × {pair.Key}")));
        return FormattableString.Invariant(
            $"{Letters.Depth} dead letter{(Letters.Depth == 1 ? "" : "s")} in {Letters.Topic}{(Kind == DeadLetterAlertKind.Reminder ? " still" : "")}, the oldest since {Letters.OldestAt:u}: {why}.");
    }
}
