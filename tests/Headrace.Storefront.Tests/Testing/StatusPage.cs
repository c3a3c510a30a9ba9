using System.Net.Http.Json;
using System.Text.Json;

namespace Headrace.Storefront.Tests.Testing;

/// <summary>What <c>GET /status</c> says, as a caller reads it.</summary>
internal sealed record StatusPage(string Kafka, bool Connected, Dictionary<string, long> Produced, long Rejected, List<StatusPage.Group> Groups, JsonElement Recent)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public sealed record Group(string Name, string State, long Handled, long Failed, long Retried, long DeadLettered, long? Lag, string? LastError, long DeadLetterDepth, string? DeadLetterReason);

    public Group this[string group] => Groups.Single(candidate => candidate.Name == group);

    public static Task<StatusPage> OfAsync(ShopProcess process) => OfAsync(process.Http);

    public static async Task<StatusPage> OfAsync(HttpClient shop) =>
        (await shop.GetFromJsonAsync<StatusPage>("/status", Web, TestContext.Current.CancellationToken))!;

    public override string ToString() => JsonSerializer.Serialize(this, Web);
}
