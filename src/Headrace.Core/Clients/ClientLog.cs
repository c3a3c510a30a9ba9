using Microsoft.Extensions.Logging;

namespace Headrace.Clients;

/// <summary>What is logged about a client's events, in the category of whoever has the client.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1101, LogLevel.Error, "What takes the events of {Client} threw. It must not; the client goes on")]
    public static partial void ListenerThrew(this ILogger log, Exception failure, string client);

    [LoggerMessage(1102, LogLevel.Warning, "{Client} got no OAUTHBEARER token: {Reason}. It asks again in 10 s")]
    public static partial void NoToken(this ILogger log, string client, string reason);
}
