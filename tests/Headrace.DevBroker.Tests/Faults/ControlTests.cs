using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Faults;

public sealed class ControlTests : IAsyncLifetime
{
    private DevBroker _broker = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await DevBroker.StartAsync(new DevBrokerOptions { ControlPort = 0 });
        _http = new HttpClient { BaseAddress = _broker.ControlAddress };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_rule_posted_hits_requests_is_counted_and_can_be_taken_back()
    {
        var added = await PostAsync("faults", """{ "apis": ["Heartbeat"], "group": "g-*", "action": "error", "error": 27 }""");
        Assert.Equal(HttpStatusCode.Created, added.Status);
        await using var client = await WireClient.ConnectAsync(_broker.BootstrapServers);
        var hit = await HeartbeatAsync(client, "g-1");
        var passed = await HeartbeatAsync(client, "other");
        var listed = await _http.GetFromJsonAsync<JsonElement>("faults", TestContext.Current.CancellationToken);
        var removed = await _http.DeleteAsync(new Uri($"faults/{added.Body.GetProperty("id")}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal((ErrorCode.RebalanceInProgress, ErrorCode.UnknownMemberId), (hit, passed));
        Assert.Equal(1, listed[0].GetProperty("hits").GetInt32());
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        Assert.Equal(ErrorCode.UnknownMemberId, await HeartbeatAsync(client, "g-1"));
    }

    [Theory]
    [InlineData("""{ "action": "explode" }""")]
    [InlineData("""{ "action": "close", "topics": "misspelt" }""")]
    [InlineData("""{ "action": "error" }""")]
    [InlineData("not json")]
    public async Task A_rule_that_cannot_be_understood_is_refused_with_the_reason(string rule)
    {
        var (status, body) = await PostAsync("faults", rule);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEqual("", body.GetProperty("error").GetString());
        Assert.Empty(_broker.Faults.All);
    }

    [Fact]
    public async Task What_happens_at_once_says_whether_it_met_anything()
    {
        var nobody = await PostAsync("now", """{ "action": "rebalance", "group": "nobody" }""");
        var incomplete = await PostAsync("now", """{ "action": "rebalance" }""");

        Assert.False(nobody.Body.GetProperty("done").GetBoolean());
        Assert.Equal(HttpStatusCode.BadRequest, incomplete.Status);
    }

    private static async Task<ErrorCode> HeartbeatAsync(WireClient client, string group) =>
        (await client.SendAsync<HeartbeatResponse>(KafkaApi.Heartbeat, 4, new HeartbeatRequest { GroupId = group, MemberId = "m" })).Error;

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body);
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
