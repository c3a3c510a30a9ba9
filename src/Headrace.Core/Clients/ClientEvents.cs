namespace Headrace;

/// <summary>
/// What the clients of a cluster ask for and tell, beside records. The methods may be called by several clients at once; those that tell are called on a client's own
/// thread, so be brief there. What they throw is logged and changes nothing. The client library's log goes to the application's, in Debug.
/// </summary>
public sealed class ClientEvents
{
    /// <summary>
    /// Gives a token, for <c>sasl.mechanism</c> <c>OAUTHBEARER</c>: asked by every client when it starts and before its token expires. When it throws, the reason is
    /// the client's error, and it is asked again after 10 s. Default: none.
    /// </summary>
    public Func<CancellationToken, ValueTask<OAuthBearerToken>>? GetToken { get; init; }

    /// <summary>Takes the client library's statistics, every <c>statistics.interval.ms</c>: a client setting, 0 (never) unless set. Default: none.</summary>
    public Action<ClientStatistics>? OnStatistics { get; init; }

    /// <summary>Takes errors of a client itself, not of a record: brokers away, not authorized, and the like. It goes on trying, unless the error is fatal. Default: none.</summary>
    public Action<ClientError>? OnError { get; init; }
}
