using Headrace.Kinds;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Registry;

/// <summary>The client against a registry that answers: ours, or the one in HEADRACE_TEST_REGISTRY.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string Fields = "\"name\":\"a\",\"type\":\"int\"";
    private readonly string _subject = RegistryUnderTest.Subject();
    private RegistryUnderTest _registry = null!;
    private SchemaRegistryClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryUnderTest.StartAsync();
        _client = _registry.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task A_schema_is_registered_once_and_found_by_id_version_and_text()
    {
        var schema = Record($"{{{Fields}}}");
        var id = await _client.RegisterAsync(_subject, schema, Cancellation);
        using var other = _registry.Client();
        Assert.Equal(id, await other.RegisterAsync(_subject, schema, Cancellation));
        var found = await other.GetAsync(id, Cancellation);
        Assert.Equal(AvroSchema.Parse(schema.Text).CanonicalForm, AvroSchema.Parse(found.Schema.Text).CanonicalForm);
        var latest = await other.GetAsync(_subject, cancellation: Cancellation);
        Assert.Equal((id, 1, _subject), (latest.Id, latest.Version, latest.Subject));
        Assert.Equal((id, 1), (await other.FindAsync(_subject, schema, Cancellation)) is { } match ? (match.Id, match.Version) : default);
        Assert.Null(await other.FindAsync(_subject, Record("{\"name\":\"b\",\"type\":\"int\"}"), Cancellation));
        Assert.Null(await other.FindAsync(RegistryUnderTest.Subject(), schema, Cancellation));
        Assert.Equal([1], await other.GetVersionsAsync(_subject, Cancellation));
        Assert.Contains(_subject, await other.GetSubjectsAsync(Cancellation));
    }

    [Fact]
    public async Task An_incompatible_schema_is_refused_and_a_compatible_one_is_the_next_version()
    {
        await _client.SetCompatibilityAsync(SchemaCompatibility.Backward, _subject, Cancellation);
        Assert.Equal(SchemaCompatibility.Backward, await _client.GetCompatibilityAsync(_subject, Cancellation));
        await _client.RegisterAsync(_subject, Record($"{{{Fields}}}"), Cancellation);
        var breaking = Record($"{{{Fields}}},{{\"name\":\"b\",\"type\":\"int\"}}");
        Assert.NotEmpty(await _client.CheckAsync(_subject, breaking, Cancellation));
        var refused = await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync(_subject, breaking, Cancellation));
        Assert.Equal(409, refused.ErrorCode);
        Assert.False(refused.IsAway);
        var compatible = Record($"{{{Fields}}},{{\"name\":\"b\",\"type\":\"int\",\"default\":0}}");
        Assert.Empty(await _client.CheckAsync(_subject, compatible, Cancellation));
        await _client.RegisterAsync(_subject, compatible, Cancellation);
        Assert.Equal([1, 2], await _client.GetVersionsAsync(_subject, Cancellation));
        await _client.SetCompatibilityAsync(SchemaCompatibility.None, _subject, Cancellation);
        await _client.RegisterAsync(_subject, breaking, Cancellation);
        await _client.ResetCompatibilityAsync(_subject, Cancellation);
        Assert.Equal(await _client.GetCompatibilityAsync(cancellation: Cancellation), await _client.GetCompatibilityAsync(_subject, Cancellation));
    }

    [Fact]
    public async Task A_schema_may_use_others()
    {
        var line = $"{_subject}-line";
        await _client.RegisterAsync(line, new("""{"type":"record","name":"shop.Line","fields":[{"name":"sku","type":"string"}]}"""), Cancellation);
        var order = new RegistrySchema("""{"type":"record","name":"shop.Order","fields":[{"name":"first","type":"shop.Line"}]}""") { References = [new("shop.Line", line, 1)] };
        var id = await _client.RegisterAsync(_subject, order, Cancellation);
        using var other = _registry.Client();
        var found = await other.GetAsync(id, Cancellation);
        Assert.Equal([new SchemaReference("shop.Line", line, 1)], found.Schema.References);
        Assert.Equal("shop.Order", (await other.ParseAsync(found.Schema, Cancellation)).Name);
    }

    [Fact]
    public async Task A_Protobuf_schema_is_registered_with_what_it_imports()
    {
        var (line, name) = ($"{_subject}-line", $"shop/{_subject}.proto");
        await _client.RegisterAsync(line, new("syntax = \"proto3\"; package shop; message Line { string sku = 1; }", "PROTOBUF"), Cancellation);
        var text = $"syntax = \"proto3\"; package shop; import \"{name}\"; import \"google/protobuf/timestamp.proto\"; message Order {{ Line first = 1; google.protobuf.Timestamp at = 2; }}";
        var order = new RegistrySchema(text, "PROTOBUF") { References = [new(name, line, 1)] };
        var id = await _client.RegisterAsync(_subject, order, Cancellation);
        using var other = _registry.Client();
        var found = await other.GetAsync(id, Cancellation);
        Assert.Equal("PROTOBUF", found.Schema.Type);
        Assert.Equal([new SchemaReference(name, line, 1)], found.Schema.References);
        Assert.Equal("shop.Order", (await other.ParseAsync(found.Schema, Cancellation)).Name);
        Assert.Equal((id, 1), (await other.FindAsync(_subject, order, Cancellation)) is { } match ? (match.Id, match.Version) : default);
        var wrong = await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync(_subject, new("syntax = \"proto3\"; message Order {", "PROTOBUF"), Cancellation));
        Assert.True(wrong.ErrorCode is 422 or 42201, wrong.Message);
    }

    [Fact]
    public async Task An_incompatible_Protobuf_schema_is_refused_and_a_compatible_one_is_the_next_version()
    {
        await _client.SetCompatibilityAsync(SchemaCompatibility.FullTransitive, _subject, Cancellation);
        await _client.RegisterAsync(_subject, Message("string id = 1;"), Cancellation);
        Assert.NotEmpty(await _client.CheckAsync(_subject, Message("int32 id = 1;"), Cancellation));
        Assert.Equal(409, (await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync(_subject, Message("int32 id = 1;"), Cancellation))).ErrorCode);
        Assert.Empty(await _client.CheckAsync(_subject, Message("string id = 1; int32 count = 2;"), Cancellation));
        await _client.RegisterAsync(_subject, Message("string id = 1; int32 count = 2;"), Cancellation);
        Assert.Equal([1, 2], await _client.GetVersionsAsync(_subject, Cancellation));

        static RegistrySchema Message(string fields) => new($"syntax = \"proto3\"; package shop; message Order {{ {fields} }}", "PROTOBUF");
    }

    [Fact]
    public async Task What_is_unknown_or_no_schema_is_said_by_its_code()
    {
        var unknown = await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.GetAsync(int.MaxValue, Cancellation));
        Assert.True(unknown.IsNotFound && !unknown.IsAway, unknown.Message);
        Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.GetAsync(_subject, cancellation: Cancellation))).IsNotFound);
        var wrong = await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync(_subject, new("{\"type\":\"recor\"}"), Cancellation));
        Assert.True(wrong.ErrorCode is 422 or 42201, wrong.Message);
    }

    [Fact]
    public async Task A_deleted_subject_is_gone_and_its_ids_stay_readable()
    {
        var id = await _client.RegisterAsync(_subject, Record($"{{{Fields}}}"), Cancellation);
        await _client.DeleteAsync(_subject, Cancellation);
        using var other = _registry.Client();
        Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => other.GetVersionsAsync(_subject, Cancellation))).IsNotFound);
        Assert.Equal(id, (await other.GetAsync(id, Cancellation)).Id);
    }

    [Fact]
    public async Task A_subject_that_is_read_only_takes_no_schema()
    {
        Assert.SkipWhen(RegistryUnderTest.IsForeign, "Modes of subjects were not tried: the foreign registry has one mode for all.");
        await _client.SetModeAsync("READONLY", _subject, Cancellation);
        Assert.Equal("READONLY", await _client.GetModeAsync(_subject, Cancellation));
        await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync(_subject, Record($"{{{Fields}}}"), Cancellation));
        Assert.Equal("READWRITE", await _client.GetModeAsync(cancellation: Cancellation));
        await _client.ResetModeAsync(_subject, Cancellation);
        Assert.Equal("READWRITE", await _client.GetModeAsync(_subject, Cancellation));
    }

    private static RegistrySchema Record(string fields) => new($"{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{fields}]}}");
}
