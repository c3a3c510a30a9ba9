using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

/// <summary>What docs/settings.md shows of clients.</summary>
internal static class ClientExamples
{
    public interface IIdentity
    {
        Task<(string Value, DateTimeOffset ExpiresAt, string Subject)> GetTokenAsync(string audience, CancellationToken cancellation);
    }

    public interface IClientArchive
    {
        void Keep(string client, string text);
    }

    public static void GiveTokens(IHostApplicationBuilder builder)
    {
        #region tokens
        builder.AddHeadrace("kafka").UseOAuthBearer(async (services, cancellation) =>
        {
            var token = await services.GetRequiredService<IIdentity>().GetTokenAsync("kafka", cancellation);
            return new(token.Value, token.ExpiresAt, Principal: token.Subject);
        });
        #endregion
    }

    public static void Hear(IHostApplicationBuilder builder)
    {
        #region events
        builder.AddHeadrace("kafka").OnClientEvents(services => new()
        {
            OnStatistics = statistics => services.GetRequiredService<IClientArchive>().Keep(statistics.Client, statistics.Json),
            OnError = error => services.GetRequiredService<IClientArchive>().Keep(error.Client, error.Reason),
        });
        #endregion
    }
}
