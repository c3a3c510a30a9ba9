using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Storefront.Traffic;

/// <summary>Talks to this process's own shop over HTTP, as any caller would.</summary>
internal sealed class ShopClient(HttpClient http, IServer server, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    /// <summary>Fires when the program is asked to end; the HTTP server still answers what is under way.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    /// <summary>Completes when the HTTP server listens.</summary>
    public async Task WhenStartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
        http.BaseAddress = new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Posts once and says how it went.</summary>
    public async Task<Answer> PostAsync(string path, ReadOnlyMemory<byte> json, string? eventId, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (eventId is not null)
        {
            request.Headers.Add("Idempotency-Key", eventId);
        }

        using var response = await http.SendAsync(request, stopping);
        var retryAfter = response.Headers.RetryAfter?.Delta ?? DefaultPause;
        return response.StatusCode == HttpStatusCode.Accepted
            ? new(response.StatusCode, null, retryAfter)
            : new(response.StatusCode, await ReasonAsync(response, stopping), retryAfter);
    }

    /// <summary>Posts until there is another answer than 503, pausing as the shop asks; the event keeps its id.</summary>
    public async Task<Answer> PostUntilAnsweredAsync(string path, ReadOnlyMemory<byte> json, CancellationToken stopping)
    {
        var eventId = Guid.NewGuid().ToString();
        while (true)
        {
            var answer = await PostAsync(path, json, eventId, stopping);
            if (answer.Status != HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            await Task.Delay(answer.RetryAfter, time, stopping);
        }
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken stopping)
    {
        try
        {
            using var problem = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(stopping));
            return problem.RootElement.TryGetProperty("reason", out var reason) ? reason.GetString()! : $"HTTP {(int)response.StatusCode}";
        }
        catch (JsonException)
        {
            return $"HTTP {(int)response.StatusCode}";
        }
    }
}
