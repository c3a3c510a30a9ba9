using Headrace;
using Storefront.Startup;

namespace Storefront.Status;

/// <summary>Puts together what <c>GET /status</c> says: this process's own groups, and of the others what the broker knows.</summary>
internal sealed class StatusReader(HeadraceStatus headrace, Journal journal, IReadOnlyList<GroupRole> roles, StorefrontOptions options)
{
    /// <summary>How long the broker may take to tell the lag of groups elsewhere; the page asks every second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<ShopStatus> ReadAsync(CancellationToken aborted)
    {
        var own = headrace.Groups();
        var elsewhere = roles.Where(role => own.All(group => group.Name != role.Name));
        return new(
            headrace.Kafka,
            options.Format.ToString(),
            headrace.IsConnected,
            headrace.Produced(),
            journal.Rejected,
            [.. own.Select(Own), .. await Task.WhenAll(elsewhere.Select(role => ElsewhereAsync(role, aborted)))],
            journal.Recent);
    }

    private static ShopStatus.Group Own(GroupStatus group) => new(
        group.Name, NameOf(group.State), group.Handled, group.Failed, group.Retried, group.DeadLettered, group.Lag, group.LastError,
        group.DeadLetters.Sum(letters => letters.Depth), ReasonOf(group.DeadLetters));

    private static string? ReasonOf(IReadOnlyList<DeadLetterSummary> letters) =>
        letters.SelectMany(topic => topic.ByException).ToList() is { Count: > 0 } reasons ? string.Join(", ", reasons.Select(reason => $"{reason.Value} × {reason.Key}")) : null;

    /// <summary>Whether it runs is for its own process to say: here it does not.</summary>
    private async Task<ShopStatus.Group> ElsewhereAsync(GroupRole role, CancellationToken aborted) =>
        new(role.Name, NameOf(ConsumerState.Stopped), 0, 0, 0, 0, await LagAsync(role, aborted), null, 0, null);

    private async Task<long?> LagAsync(GroupRole role, CancellationToken aborted)
    {
        if (!headrace.IsConnected)
        {
            return null;
        }

        try
        {
            return await headrace.LagOfAsync(role.Name, role.Topics, aborted).WaitAsync(Patience, aborted);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Kafka does not answer just now: the status says so by 'connected', and that this lag is not known.
            return null;
        }
    }

    private static string NameOf(ConsumerState state) => state switch
    {
        ConsumerState.Starting => "starting",
        ConsumerState.Running => "running",
        ConsumerState.Paused => "paused",
        ConsumerState.Stopped => "stopped",
        _ => "faulted",
    };
}
