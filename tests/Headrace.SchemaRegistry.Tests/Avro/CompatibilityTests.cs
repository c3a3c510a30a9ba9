namespace Headrace.Schemas.Avro;

public sealed class CompatibilityTests
{
    private const string Bare = "{\"name\":\"a\",\"type\":\"int\"}";
    private const string More = Bare + ",{\"name\":\"b\",\"type\":\"int\"}";
    private const string Safe = Bare + ",{\"name\":\"b\",\"type\":\"int\",\"default\":0}";

    [Theory]
    [InlineData(SchemaCompatibility.None, Bare, More, true)]
    [InlineData(SchemaCompatibility.Backward, Bare, More, false)]
    [InlineData(SchemaCompatibility.Backward, Bare, Safe, true)]
    [InlineData(SchemaCompatibility.Backward, More, Bare, true)]
    [InlineData(SchemaCompatibility.Forward, Bare, More, true)]
    [InlineData(SchemaCompatibility.Forward, More, Bare, false)]
    [InlineData(SchemaCompatibility.Forward, Safe, Bare, true)]
    [InlineData(SchemaCompatibility.Full, Bare, More, false)]
    [InlineData(SchemaCompatibility.Full, More, Bare, false)]
    [InlineData(SchemaCompatibility.Full, Bare, Safe, true)]
    [InlineData(SchemaCompatibility.Full, Safe, Bare, true)]
    public void A_mode_judges_in_its_direction(SchemaCompatibility mode, string before, string next, bool isCompatible) =>
        Assert.Equal(isCompatible, AvroCompatibility.Check(mode, Record(next), [Record(before)]).Count == 0);

    [Theory]
    [InlineData(SchemaCompatibility.Backward, true)]
    [InlineData(SchemaCompatibility.BackwardTransitive, false)]
    [InlineData(SchemaCompatibility.Full, true)]
    [InlineData(SchemaCompatibility.FullTransitive, false)]
    public void A_transitive_mode_looks_at_every_version(SchemaCompatibility mode, bool isCompatible) =>
        Assert.Equal(isCompatible, AvroCompatibility.Check(mode, Record(More), [Record(Bare), Record(Safe)]).Count == 0);

    [Fact]
    public void A_fault_names_place_and_rule()
    {
        var before = AvroSchema.Parse("""{"type":"record","name":"R","fields":[{"name":"lines","type":{"type":"array","items":{"type":"record","name":"L","fields":[{"name":"price","type":"string"}]}}}]}""");
        var next = AvroSchema.Parse("""{"type":"record","name":"R","fields":[{"name":"lines","type":{"type":"array","items":{"type":"record","name":"L","fields":[{"name":"price","type":"int"}]}}}]}""");
        Assert.Equal("$.lines[].price: string was written, and int is expected (TypesMatch)", Assert.Single(AvroCompatibility.Unreadable(before, next)).ToString());
    }

    [Theory]
    [InlineData(Bare, Safe, null, null)]
    [InlineData(Bare, More, SchemaRule.NewFieldHasDefault, "$.b")]
    [InlineData(Safe, Bare, SchemaRule.NoRemoval, "$.b")]
    [InlineData(Bare, "{\"name\":\"z\",\"type\":\"int\",\"aliases\":[\"a\"]}", SchemaRule.NoRename, "$.a")]
    [InlineData("{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}}", "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}}", SchemaRule.SymbolsKnown, "$.e")]
    [InlineData("{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"A\"}}", "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}}", null, null)]
    [InlineData("{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}}", "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}}", SchemaRule.NoRemoval, "$.e")]
    [InlineData("{\"name\":\"u\",\"type\":[\"null\",\"int\"]}", "{\"name\":\"u\",\"type\":\"int\"}", SchemaRule.NoRemoval, "$.u")]
    [InlineData("{\"name\":\"r\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}}}", "{\"name\":\"r\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"fixed\",\"name\":\"G\",\"size\":1}}}", SchemaRule.NoRename, "$.r[]")]
    public void Lint_finds_what_breaks_somebody(string before, string next, SchemaRule? rule, string? path)
    {
        var findings = AvroLint.Check(Record(before), Record(next));
        Assert.Equal(rule is null ? [] : [(path!, rule.Value)], findings.Select(finding => (finding.Path, finding.Rule)));
    }

    private static AvroSchema Record(string fields) => AvroSchema.Parse($"{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{fields}]}}");
}
