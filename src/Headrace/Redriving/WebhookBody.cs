namespace Headrace.Redriving;

/// <summary>What is posted. <paramref name="Text"/> is what chats show.</summary>
internal sealed record WebhookBody(
    string Text,
    DeadLetterAlertKind Kind,
    string Severity,
    string Cluster,
    string Group,
    string Topic,
    long Depth,
    DateTimeOffset? OldestAt,
    IReadOnlyDictionary<string, long> ByException,
    DateTimeOffset At,
    string Runbook);
