using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Clients;

/// <summary>Tells the user's <see cref="ClientEvents"/>, and the metrics, what one native client says. The thread that polls the client calls it.</summary>
internal sealed class ClientListener(string client, ClientEvents events, ILogger logger)
{
    public bool GivesTokens => events.GetToken is not null;

    public Task<OAuthBearerToken> GetTokenAsync(CancellationToken cancellation) => Task.Run(async () => await events.GetToken!(cancellation), cancellation);

    public void Statistics(string json)
    {
        Tell(() => ClientMetrics.Record(client, json));
        foreach (var hear in Delegate.EnumerateInvocationList(events.OnStatistics))
        {
            Tell(() => hear(new(client, json)));
        }
    }

    public void Failed(NativeError error)
    {
        foreach (var hear in Delegate.EnumerateInvocationList(events.OnError))
        {
            Tell(() => hear(new(client, (int)error.Code, error.ToString(), error.IsFatal)));
        }
    }

    /// <summary>Why there is no token, as the client is to say it.</summary>
    public string NoToken(string reason)
    {
        logger.NoToken(client, reason);
        return $"There is no OAUTHBEARER token: {reason}";
    }

    private void Tell(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception failure)
        {
            logger.ListenerThrew(failure, client);
        }
    }
}
