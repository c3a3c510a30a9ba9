using System.Text.Json;
using Headrace.Redriving;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// Tells notifiers of dead letters. What was said is kept in the topic of what is resolved, under a key of its own, so that it is said once whoever says it: only the owner of the origin's
/// partition 0 speaks. Told first and kept afterwards: after a crash in between it is said twice rather than never.
/// </summary>
internal sealed class DeadLetterAlerts(KafkaCluster cluster, IReadOnlyList<IDeadLetterNotifier> notifiers)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromHours(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = cluster.Loggers.CreateLogger(HostingLog.Failures);
    private readonly Dictionary<string, (AlertState? Said, DateTimeOffset NotBefore)> _topics = [];

    public async Task TellAsync(DeadLetterIndex letters, DeadLetterSummary summary, CancellationToken cancellation)
    {
        var now = cluster.Time.GetUtcNow();
        var (said, notBefore) = _topics.GetValueOrDefault(summary.Topic);
        said = said is null || letters.Alert?.At >= said.At ? letters.Alert : said;
        if (notifiers.Count == 0 || now < notBefore || Next(said, summary.Depth, now) is not { } kind)
        {
            return;
        }

        try
        {
            var alert = new DeadLetterAlert { Kind = kind, Cluster = cluster.Name, Letters = summary, At = now };
            foreach (var notifier in notifiers)
            {
                await notifier.NotifyAsync(alert, cancellation);
            }

            HostingLog.AlertTold(_logger, alert.ToString());
            _topics[summary.Topic] = (new(kind, now), now);
            await KeepAsync(letters.Topic, new(kind, now));
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            _topics[summary.Topic] = (_topics.GetValueOrDefault(summary.Topic).Said, now + Again);
            HostingLog.AlertNotTold(_logger, summary.Topic, summary.Depth, error.Message);
        }
    }

    private static DeadLetterAlertKind? Next(AlertState? said, long depth, DateTimeOffset now) => (depth > 0, said?.Kind) switch
    {
        (true, null or DeadLetterAlertKind.Cleared) => DeadLetterAlertKind.Raised,
        (true, _) => now - said!.At >= Reminder ? DeadLetterAlertKind.Reminder : null,
        (false, null or DeadLetterAlertKind.Cleared) => null,
        _ => DeadLetterAlertKind.Cleared,
    };

    // Not given up by a stop: what was told would be told again.
    private async Task KeepAsync(DeadLetterTopic topic, AlertState state)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var partitions = (await cluster.Admin.ListTopicsAsync(patience.Token)).GetValueOrDefault(topic.Name, 1);
        await cluster.Admin.CreateTopicsAsync([RedriveTopics.ResolvedOf(topic with { Partitions = partitions })], patience.Token);
        await cluster.Producer.ProduceAsync(
            new(topic.Resolved, AlertState.Key, JsonSerializer.SerializeToUtf8Bytes(state, RedrivingJson.Default.AlertState)) { Partition = 0 }, patience.Token);
    }
}
