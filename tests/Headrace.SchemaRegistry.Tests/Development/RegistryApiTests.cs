using System.Text.Json.Nodes;

namespace Headrace.Schemas.Development;

/// <summary>What the registry for development answers beside what our own client asks: as Confluent's does.</summary>
public sealed class RegistryApiTests : IAsyncLifetime
{
    private const string Int = "{\"schema\":\"\\\"int\\\"\"}";
    private const string Text = "{\"schema\":\"\\\"string\\\"\"}";
    private DevSchemaRegistry _registry = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await DevSchemaRegistry.StartAsync(cancellation: Cancellation);
        _http = new() { BaseAddress = new(_registry.Url) };
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _registry.DisposeAsync();
    }

    [Fact]
    public async Task A_mode_of_a_subject_is_taken_away_again()
    {
        await IsAsync("""{"mode":"READONLY"}""", HttpMethod.Put, "mode/a", """{"mode":"READONLY"}""");
        await FailsAsync(42205, HttpMethod.Post, "subjects/a/versions", Int);
        await IsAsync("""{"mode":"READONLY"}""", HttpMethod.Delete, "mode/a");
        await FailsAsync(40409, HttpMethod.Get, "mode/a");
        await IsAsync("""{"mode":"READWRITE"}""", HttpMethod.Get, "mode/a?defaultToGlobal=true");
        await FailsAsync(40401, HttpMethod.Delete, "mode/a");
        await IsAsync("""{"id":1}""", HttpMethod.Post, "subjects/a/versions", Int);
    }

    [Fact]
    public async Task A_registry_that_is_read_only_above_all_lets_no_subject_change()
    {
        await AskAsync(HttpMethod.Post, "subjects/a/versions", Int);
        await AskAsync(HttpMethod.Put, "mode/a", """{"mode":"READWRITE"}""");
        await AskAsync(HttpMethod.Put, "mode", """{"mode":"READONLY_OVERRIDE"}""");
        await FailsAsync(42205, HttpMethod.Post, "subjects/a/versions", Text);
        await FailsAsync(42205, HttpMethod.Delete, "subjects/a");
        await FailsAsync(42204, HttpMethod.Put, "mode", """{"mode":"SOMETIMES"}""");
    }

    [Fact]
    public async Task Compatibility_is_taken_away_from_a_subject_and_from_the_registry()
    {
        await AskAsync(HttpMethod.Put, "config", """{"compatibility":"FULL"}""");
        await AskAsync(HttpMethod.Put, "config/a", """{"compatibility":"NONE"}""");
        await IsAsync("""{"compatibilityLevel":"NONE"}""", HttpMethod.Delete, "config/a");
        await FailsAsync(40408, HttpMethod.Get, "config/a");
        await FailsAsync(40401, HttpMethod.Delete, "config/a");
        await IsAsync("""{"compatibilityLevel":"FULL"}""", HttpMethod.Get, "config/a?defaultToGlobal=true");
        await IsAsync("""{"compatibilityLevel":"FULL"}""", HttpMethod.Delete, "config");
        await IsAsync("""{"compatibilityLevel":"BACKWARD"}""", HttpMethod.Get, "config");
        await FailsAsync(42203, HttpMethod.Put, "config", """{"compatibility":"SOMETIMES"}""");
    }

    [Fact]
    public async Task Schemas_come_from_another_registry_with_their_ids_and_versions()
    {
        await FailsAsync(42205, HttpMethod.Post, "subjects/a/versions", """{"schema":"\"int\"","id":70,"version":3}""");
        await AskAsync(HttpMethod.Put, "mode", """{"mode":"IMPORT"}""");
        await IsAsync("""{"id":70}""", HttpMethod.Post, "subjects/a/versions", """{"schema":"\"int\"","id":70,"version":3}""");
        await FailsAsync(42205, HttpMethod.Post, "subjects/a/versions", Text);
        await FailsAsync(42205, HttpMethod.Post, "subjects/b/versions", """{"schema":"\"string\"","id":70}""");
        await IsAsync("[3]", HttpMethod.Get, "subjects/a/versions");
        await AskAsync(HttpMethod.Put, "mode", """{"mode":"READWRITE"}""");
        await FailsAsync(42205, HttpMethod.Put, "mode", """{"mode":"IMPORT"}""");
        await IsAsync("""{"id":71}""", HttpMethod.Post, "subjects/b/versions", Text);
        await IsAsync("""{"mode":"IMPORT"}""", HttpMethod.Put, "mode?force=true", """{"mode":"IMPORT"}""");
    }

    [Fact]
    public async Task What_is_deleted_for_good_was_deleted_before_and_nobody_uses_it()
    {
        await AskAsync(HttpMethod.Post, "subjects/line/versions", """{"schema":"{\"type\":\"record\",\"name\":\"Line\",\"fields\":[]}"}""");
        await AskAsync(HttpMethod.Post, "subjects/order/versions", """{"schema":"{\"type\":\"array\",\"items\":\"Line\"}","references":[{"name":"Line","subject":"line","version":1}]}""");
        await IsAsync("[2]", HttpMethod.Get, "subjects/line/versions/1/referencedby");
        await FailsAsync(42206, HttpMethod.Delete, "subjects/line");
        await FailsAsync(42206, HttpMethod.Delete, "subjects/line/versions/1");
        await FailsAsync(40405, HttpMethod.Delete, "subjects/order?permanent=true");
        await FailsAsync(40407, HttpMethod.Delete, "subjects/order/versions/1?permanent=true");
        await IsAsync("1", HttpMethod.Delete, "subjects/order/versions/latest");
        await FailsAsync(40404, HttpMethod.Delete, "subjects/order");
        await IsAsync("[1]", HttpMethod.Get, "subjects/order/versions?deleted=true");
        await IsAsync("1", HttpMethod.Delete, "subjects/order/versions/1?permanent=true");
        await FailsAsync(40401, HttpMethod.Get, "subjects/order/versions?deleted=true");
        await IsAsync("[1]", HttpMethod.Delete, "subjects/line");
        await IsAsync("[1]", HttpMethod.Delete, "subjects/line?permanent=true");
        await IsAsync("[]", HttpMethod.Get, "subjects?deleted=true");
    }

    [Fact]
    public async Task A_schema_is_found_by_its_guid_under_every_subject()
    {
        await AskAsync(HttpMethod.Post, "subjects/a/versions", Int);
        await AskAsync(HttpMethod.Post, "subjects/b/versions", Int);
        var guid = (string)(await AskAsync(HttpMethod.Get, "subjects/a/versions/1"))!["guid"]!;
        Assert.Equal(guid, (string)(await AskAsync(HttpMethod.Get, "subjects/b/versions/1"))!["guid"]!);
        Assert.Equal("\"int\"", (string)(await AskAsync(HttpMethod.Get, $"schemas/guids/{guid}"))!["schema"]!);
        await IsAsync("""[{"context":".","id":1}]""", HttpMethod.Get, $"schemas/guids/{guid}/ids");
        await FailsAsync(40403, HttpMethod.Get, $"schemas/guids/{Guid.Empty}");
        using var client = new SchemaRegistryClient(new() { Url = _registry.Url });
        Assert.Equal((1, "\"int\""), await client.GetAsync(Guid.Parse(guid), Cancellation) is var found ? (found.Id, found.Schema.Text) : default);
    }

    [Fact]
    public async Task A_context_has_subjects_of_its_own()
    {
        await AskAsync(HttpMethod.Post, "subjects/a/versions", Int);
        await AskAsync(HttpMethod.Post, "contexts/.stage/subjects/a/versions", Text);
        await AskAsync(HttpMethod.Post, "subjects/:.stage:b/versions", Text);
        await IsAsync("""[".",".stage"]""", HttpMethod.Get, "contexts");
        await IsAsync("""["a"]""", HttpMethod.Get, "subjects");
        await IsAsync("""[":.stage:a",":.stage:b"]""", HttpMethod.Get, "contexts/.stage/subjects");
        await IsAsync("""[":.stage:a",":.stage:b"]""", HttpMethod.Get, "subjects?subjectPrefix=:.stage:");
        await IsAsync("""[":.stage:a",":.stage:b","a"]""", HttpMethod.Get, "subjects?subjectPrefix=:*:");
        Assert.Equal(":.stage:a", (string)(await AskAsync(HttpMethod.Get, "contexts/.stage/subjects/a/versions/latest"))!["subject"]!);
        using var client = new SchemaRegistryClient(new() { Url = $"{_registry.Url}/contexts/.stage" });
        Assert.Equal("\"string\"", (await client.GetAsync("a", cancellation: Cancellation)).Schema.Text);
    }

    [Fact]
    public async Task All_schemas_are_listed_and_their_latest_versions()
    {
        await AskAsync(HttpMethod.Put, "config", """{"compatibility":"NONE"}""");
        await AskAsync(HttpMethod.Post, "subjects/a/versions", Int);
        await AskAsync(HttpMethod.Post, "subjects/a/versions", Text);
        await AskAsync(HttpMethod.Post, "subjects/b/versions", Int);
        Assert.Equal(["a 1", "a 2", "b 1"], Names(await AskAsync(HttpMethod.Get, "schemas")));
        Assert.Equal(["a 2", "b 1"], Names(await AskAsync(HttpMethod.Get, "schemas?latestOnly=true")));
        Assert.Equal(["b 1"], Names(await AskAsync(HttpMethod.Get, "schemas?subjectPrefix=b")));
        await IsAsync("""["a","b"]""", HttpMethod.Get, "schemas/ids/1/subjects");
        await IsAsync("""[{"subject":"a","version":1},{"subject":"b","version":1}]""", HttpMethod.Get, "schemas/ids/1/versions");
    }

    private static IEnumerable<string> Names(JsonNode? versions) => versions!.AsArray().Select(version => $"{version!["subject"]} {version["version"]}");

    private async Task IsAsync(string answer, HttpMethod method, string path, string? body = null) => Assert.Equal(answer, (await AskAsync(method, path, body))!.ToJsonString());

    private async Task FailsAsync(int code, HttpMethod method, string path, string? body = null) => Assert.Equal(code, (int?)(await AskAsync(method, path, body))!["error_code"]);

    private async Task<JsonNode?> AskAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        using var answer = await _http.SendAsync(request, Cancellation);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
