using System.Net.Http.Json;

namespace Headrace.Redriving;

/// <summary>Posts alerts as JSON. Any status but success counts as not told.</summary>
internal sealed class DeadLetterWebhook(Uri address) : IDeadLetterNotifier, IDisposable
{
    private const string Runbook = "docs/runbooks/dead-letters.md";

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(10) };

    public async Task NotifyAsync(DeadLetterAlert alert, CancellationToken cancellation)
    {
        var letters = alert.Letters;
        var body = new WebhookBody(
            alert.ToString(), alert.Kind, alert.Kind == DeadLetterAlertKind.Cleared ? "info" : "warning", alert.Cluster, letters.Group, letters.Topic, letters.Depth, letters.OldestAt,
            letters.ByException.ToDictionary(), alert.At, Runbook);
        using var answer = await _http.PostAsJsonAsync(address, body, RedrivingJson.Default.WebhookBody, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}
