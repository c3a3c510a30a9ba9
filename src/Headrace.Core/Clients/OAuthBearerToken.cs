namespace Headrace;

/// <summary>A token that a client shows to the cluster (SASL's mechanism OAUTHBEARER, RFC 7628).</summary>
/// <param name="Value">The token as the identity provider gave it, for example a JWT. It is never logged.</param>
/// <param name="ExpiresAt">When it expires. The next one is asked for after four fifths of the time until then.</param>
/// <param name="Principal">Whom it stands for.</param>
public sealed record OAuthBearerToken(string Value, DateTimeOffset ExpiresAt, string Principal)
{
    /// <summary>SASL extensions (KIP-342), for brokers that ask for some. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = new Dictionary<string, string>();

    /// <summary>Everything but the token itself.</summary>
    public override string ToString() => $"a token of {Principal} until {ExpiresAt:O}";
}
