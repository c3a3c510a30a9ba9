namespace Headrace.Schemas.Json;

/// <summary>Whether a reader's schema allows all that a writer's allows, and what is said where it does not.</summary>
public sealed class JsonCompatibilityTests
{
    private const string Closed = "\"additionalProperties\":false";

    [Theory]
    // Types.
    [InlineData("{\"type\":\"integer\"}", "{\"type\":\"number\"}", null)]
    [InlineData("{\"type\":\"number\"}", "{\"type\":\"integer\"}", SchemaRule.TypesMatch)]
    [InlineData("{\"type\":\"string\"}", "{\"type\":[\"string\",\"null\"]}", null)]
    [InlineData("{\"type\":[\"string\",\"null\"]}", "{\"type\":\"string\"}", SchemaRule.TypesMatch)]
    [InlineData("{}", "{\"type\":\"string\"}", SchemaRule.TypesMatch)]
    [InlineData("{\"type\":\"string\"}", "true", null)]
    [InlineData("{\"type\":\"string\"}", "false", SchemaRule.MembersAllowed)]
    [InlineData("false", "{\"type\":\"string\"}", null)]
    // Values.
    [InlineData("{\"enum\":[\"A\"]}", "{\"enum\":[\"A\",\"B\"]}", null)]
    [InlineData("{\"enum\":[\"A\",\"B\"]}", "{\"enum\":[\"A\"]}", SchemaRule.SymbolsKnown)]
    [InlineData("{\"const\":\"A\"}", "{\"type\":\"string\",\"maxLength\":1}", null)]
    [InlineData("{\"enum\":[1,2.0,\"x\"],\"type\":\"integer\"}", "{\"type\":\"integer\",\"maximum\":2}", null)]
    [InlineData("{\"type\":\"boolean\"}", "{\"enum\":[true,false]}", null)]
    [InlineData("{\"type\":\"string\"}", "{\"enum\":[\"A\"]}", SchemaRule.SymbolsKnown)]
    // Limits.
    [InlineData("{\"type\":\"integer\",\"minimum\":5}", "{\"type\":\"integer\",\"minimum\":0}", null)]
    [InlineData("{\"type\":\"integer\",\"minimum\":0}", "{\"type\":\"integer\",\"minimum\":5}", SchemaRule.LimitsKept)]
    [InlineData("{\"type\":\"integer\",\"minimum\":0}", "{\"type\":\"integer\",\"exclusiveMinimum\":0}", SchemaRule.LimitsKept)]
    [InlineData("{\"type\":\"integer\",\"exclusiveMinimum\":0}", "{\"type\":\"integer\",\"minimum\":0}", null)]
    [InlineData("{\"type\":\"number\",\"multipleOf\":0.3}", "{\"type\":\"number\",\"multipleOf\":0.1}", null)]
    [InlineData("{\"type\":\"number\",\"multipleOf\":0.1}", "{\"type\":\"number\",\"multipleOf\":0.3}", SchemaRule.LimitsKept)]
    [InlineData("{\"type\":\"string\",\"maxLength\":3}", "{\"type\":\"string\",\"maxLength\":4,\"format\":\"email\"}", null)]
    [InlineData("{\"type\":\"string\",\"pattern\":\"^a\"}", "{\"type\":\"string\",\"pattern\":\"^b\"}", SchemaRule.LimitsKept)]
    // Arrays.
    [InlineData("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "{\"type\":\"array\",\"items\":{\"type\":\"number\"}}", null)]
    [InlineData("{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"maxItems\":2}", "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"integer\"},true],\"items\":false}", null)]
    [InlineData("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "{\"type\":\"array\",\"uniqueItems\":true}", SchemaRule.LimitsKept)]
    // Members.
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"a\"]}", "{\"type\":\"object\",\"properties\":{\"a\":{}}}", null)]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{}}}", "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"a\"]}", SchemaRule.NewFieldHasDefault)]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{}}," + Closed + "}", "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{\"type\":\"string\"}}," + Closed + "}", null)]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{\"type\":\"string\"}}," + Closed + "}", "{\"type\":\"object\",\"properties\":{\"a\":{}}," + Closed + "}", SchemaRule.MembersAllowed)]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{}}}", "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{\"type\":\"string\"}}}", SchemaRule.MembersAllowed)]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{}}}", "{\"type\":\"object\",\"properties\":{\"a\":{}}," + Closed + "}", SchemaRule.MembersAllowed)]
    [InlineData("{\"type\":\"object\",\"patternProperties\":{\"^x\":{\"type\":\"integer\"}}," + Closed + "}", "{\"type\":\"object\",\"patternProperties\":{\"^x\":{\"type\":\"number\"}}}", null)]
    // Alternatives.
    [InlineData("{\"type\":\"string\"}", "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", null)]
    [InlineData("{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "{\"type\":[\"string\",\"null\",\"integer\"]}", null)]
    [InlineData("{\"type\":[\"string\",\"null\"]}", "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", null)]
    [InlineData("{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", SchemaRule.SymbolsKnown)]
    [InlineData("{\"type\":[\"array\",\"string\"]}", "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", SchemaRule.BranchesKnown)]
    [InlineData("{\"type\":\"integer\"}", "{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":5}]}", SchemaRule.Comparable)]
    [InlineData("{\"type\":\"integer\",\"minimum\":3}", "{\"allOf\":[{\"type\":\"number\"},{\"minimum\":1}]}", null)]
    [InlineData("{\"type\":\"integer\"}", "{\"not\":{\"type\":\"string\"}}", null)]
    [InlineData("{\"type\":\"integer\"}", "{\"not\":{\"multipleOf\":2}}", SchemaRule.Comparable)]
    public void A_reader_must_allow_all_that_is_written(string writer, string reader, SchemaRule? rule)
    {
        var faults = JsonCompatibility.Unreadable(JsonSchema.Parse(writer), JsonSchema.Parse(reader));
        Assert.Equal(rule is null ? [] : [rule.Value], faults.Select(fault => fault.Rule).Distinct());
    }

    [Fact]
    public void A_fault_names_place_and_rule()
    {
        var before = JsonSchema.Parse("""{"properties":{"lines":{"type":"array","items":{"$ref":"#/$defs/line"}}},"$defs":{"line":{"type":"object","properties":{"price":{"type":"string"}}}}}""");
        var next = JsonSchema.Parse("""{"properties":{"lines":{"type":"array","items":{"type":"object","properties":{"price":{"type":"number"}}}}}}""");
        Assert.Equal("$.lines[].price: string was written, and number is expected (TypesMatch)", Assert.Single(JsonCompatibility.Unreadable(before, next)).ToString());
    }

    [Fact]
    public void Schemas_that_hold_themselves_are_compared()
    {
        const string tree = """{"type":"object","properties":{"value":{"type":"TYPE"},"next":{"$ref":"#"}},"additionalProperties":false}""";
        var (whole, any) = (JsonSchema.Parse(tree.Replace("TYPE", "integer", StringComparison.Ordinal)), JsonSchema.Parse(tree.Replace("TYPE", "number", StringComparison.Ordinal)));
        Assert.Empty(JsonCompatibility.Unreadable(whole, any));
        Assert.Equal("$.value", Assert.Single(JsonCompatibility.Unreadable(any, whole)).Path);
    }

    [Fact]
    public void Schemas_with_too_many_alternatives_end_in_a_fault()
    {
        var choices = string.Join(',', Enumerable.Range(0, 40).Select(index => $$"""{"anyOf":[{"required":["a{{index}}"]},{"required":["b{{index}}"]}]}"""));
        var faults = JsonCompatibility.Unreadable(JsonSchema.Parse($"{{\"type\":\"object\",\"allOf\":[{choices}]}}"), JsonSchema.Parse("""{"type":"object","maxProperties":1}"""));
        Assert.Contains(faults, fault => fault.Rule == SchemaRule.Comparable);
    }

    [Theory]
    [InlineData("\"a\":{\"type\":\"string\"}", "\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}", null, null)]
    [InlineData("\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}", "\"a\":{\"type\":\"string\"}", SchemaRule.NoRemoval, "$.b")]
    [InlineData("\"a\":{\"type\":\"string\"}", "\"z\":{\"type\":\"string\"}", SchemaRule.NoRename, "$.a")]
    [InlineData("\"a\":{\"type\":\"string\"}", "\"a\":{\"type\":\"integer\"}", SchemaRule.TypesMatch, "$.a")]
    [InlineData("\"a\":{\"enum\":[\"A\"]}", "\"a\":{\"enum\":[\"A\",\"B\"]}", SchemaRule.SymbolsKnown, "$.a")]
    [InlineData("\"a\":{\"enum\":[\"A\",\"B\"]}", "\"a\":{\"enum\":[\"A\"]}", SchemaRule.NoRemoval, "$.a")]
    [InlineData("\"a\":{\"items\":{\"properties\":{\"b\":{}}}}", "\"a\":{\"items\":{\"properties\":{}}}", SchemaRule.NoRemoval, "$.a[].b")]
    public void Lint_finds_what_breaks_somebody(string before, string next, SchemaRule? rule, string? path)
    {
        var findings = JsonLint.Check(Object(before), Object(next));
        Assert.Equal(rule is null ? [] : [(path!, rule.Value)], findings.Select(finding => (finding.Path, finding.Rule)));
    }

    [Fact]
    public void Lint_refuses_a_new_member_that_is_required() =>
        Assert.Equal(SchemaRule.NewFieldHasDefault, Assert.Single(JsonLint.Check(Object("\"a\":{}"), JsonSchema.Parse("""{"type":"object","properties":{"a":{},"b":{}},"required":["b"]}"""))).Rule);

    private static JsonSchema Object(string members) => JsonSchema.Parse($"{{\"type\":\"object\",\"properties\":{{{members}}}}}");
}
