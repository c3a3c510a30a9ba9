using System.Text;
using System.Text.Json;

namespace Headrace.Schemas.Json;

/// <summary>What is said about a value that is not what its schema says, and how little a hostile schema or value can do.</summary>
public sealed class ValidationTests
{
    private const string Order = """
        {"type":"object","properties":{"orderId":{"type":"string"},"lines":{"type":"array","items":{"type":"object","properties":{"price":{"type":"number","minimum":0}},"required":["price"]}}},
         "required":["orderId"],"additionalProperties":false}
        """;

    [Theory]
    [InlineData("{\"orderId\":\"o-1\",\"lines\":[{\"price\":1},{\"price\":-2}]}", "/lines/1/price: -2 is not >= 0 (minimum)")]
    [InlineData("{\"lines\":[{}]}", "the value: 'orderId' is missing (required)|/lines/0: 'price' is missing (required)")]
    [InlineData("{\"orderId\":\"o-1\",\"a/b~c\":1}", "the value: 'a/b~c' is not among its properties (additionalProperties)")]
    [InlineData("{\"orderId\":7}", "/orderId: it is an integer, and string is expected (type)")]
    [InlineData("[]", "the value: it is an array, and object is expected (type)")]
    public void A_violation_names_place_and_keyword(string value, string expected)
    {
        var violations = JsonSchema.Parse(Order).Validate(Encoding.UTF8.GetBytes(value));
        Assert.Equal(expected.Split('|').Order(), violations.Select(violation => violation.ToString()).Order());
    }

    [Fact]
    public void Of_alternatives_that_all_fail_the_closest_is_named()
    {
        var schema = JsonSchema.Parse("""{"anyOf":[{"type":"string"},{"type":"object","properties":{"kind":{"const":"parcel"},"weight":{"type":"number"}}}]}""");
        var violation = Assert.Single(schema.Validate("""{"kind":"parcel","weight":"2 kg"}"""u8.ToArray()));
        Assert.Equal("anyOf", violation.Keyword);
        Assert.EndsWith("the closest fails because of /weight: it is a string, and number is expected (type)", violation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "it is no JSON")]
    [InlineData("7", "a schema is an object or a boolean")]
    [InlineData("{\"type\":\"strin\"}", "#/type")]
    [InlineData("{\"minLength\":-1}", "#/minLength: -1 is not >= 0")]
    [InlineData("{\"properties\":{\"a\":{\"required\":\"b\"}}}", "#/properties/a/required")]
    [InlineData("{\"type\":\"string\",\"type\":\"integer\"}", "it is no JSON")]
    [InlineData("{\"$ref\":\"#/$defs/none\"}", "nothing is at '/$defs/none'")]
    [InlineData("{\"$ref\":\"other.json\"}", "no schema is called 'other.json'. Give its text with the schema")]
    [InlineData("{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", "which is not known. Draft 2020-12")]
    [InlineData("{\"pattern\":\"(\"}", "#/pattern: '(' is no regular expression that can be used")]
    [InlineData("{\"pattern\":\"\\\\p{Script=Greek}\"}", "is not known here; general categories are")]
    [InlineData("{\"patternProperties\":{\"[\":{}}}", "#/patternProperties")]
    [InlineData("{\"$ref\":\"#/a\",\"a\":7}", "nothing is at '/a'")]
    public void A_schema_that_is_none_is_refused_with_its_place(string schema, string message) =>
        Assert.Contains(message, Assert.Throws<JsonSchemaException>(() => JsonSchema.Parse(schema)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_schema_may_use_others_that_come_with_it()
    {
        var schema = JsonSchema.Parse("""{"$id":"https://shop.example/order.json","properties":{"line":{"$ref":"line.json"}}}""", new()
        {
            References = new Dictionary<string, string> { ["line.json"] = """{"required":["sku"]}""" },
        });
        Assert.Equal("/line: 'sku' is missing (required)", Assert.Single(schema.Validate("""{"line":{}}"""u8.ToArray())).ToString());
    }

    [Theory]
    [InlineData("{\"$ref\":\"#\"}", "1")]
    [InlineData("{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}]}}}", "1")]
    [InlineData("{\"pattern\":\"^(?=(a+)+$)b\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"")]
    public void What_does_not_end_is_refused(string schema, string value)
    {
        var violations = JsonSchema.Parse(schema).Validate(Encoding.UTF8.GetBytes(value));
        Assert.Equal("limit", violations[0].Keyword);
    }

    [Fact]
    public void A_pattern_that_backtracks_without_need_is_quick() =>
        Assert.Empty(JsonSchema.Parse("{\"pattern\":\"^(a+)+$\"}").Validate(Encoding.UTF8.GetBytes($"\"{new string('a', 100_000)}\"")));

    [Fact]
    public void Work_that_doubles_with_every_step_is_refused()
    {
        var steps = string.Join(',', Enumerable.Range(0, 60).Select(step => $$"""
            "s{{step}}":{"allOf":[{"$ref":"#/$defs/s{{step + 1}}"},{"$ref":"#/$defs/s{{step + 1}}"}]}
            """));
        var violations = JsonSchema.Parse("{\"$ref\":\"#/$defs/s0\",\"$defs\":{" + steps + ",\"s60\":{}}}").Validate("1"u8.ToArray());
        Assert.Contains("more work", Assert.Single(violations).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_values_and_schemas_end_in_one_exception()
    {
        var deep = Encoding.UTF8.GetBytes(new string('[', 1_000_000));
        Assert.ThrowsAny<JsonException>(() => JsonSchema.Parse("""{"items":{"$ref":"#"}}""").Validate(deep));
        var schema = string.Concat(Enumerable.Repeat("{\"not\":", 100_000)) + "{}" + new string('}', 100_000);
        Assert.Throws<JsonSchemaException>(() => JsonSchema.Parse(schema));
    }

    [Theory]
    [InlineData("{\"multipleOf\":0.1}", "1e1000000000", true)]
    [InlineData("{\"multipleOf\":3}", "1e1000000000", false)]
    [InlineData("{\"maximum\":1e400}", "1e399", true)]
    [InlineData("{\"maximum\":1e400}", "1e401", false)]
    [InlineData("{\"minimum\":0}", "-1e-1000000000", false)]
    [InlineData("{\"type\":\"integer\"}", "1e99999999999999999999", true)]
    [InlineData("{\"type\":\"integer\"}", "1.50e1", true)]
    [InlineData("{\"type\":\"integer\"}", "1.55e1", false)]
    [InlineData("{\"const\":100000000000000000000000000000000}", "1e32", true)]
    [InlineData("{\"exclusiveMinimum\":0.1}", "0.100000000000000000000000000000000000001", true)]
    [InlineData("{\"uniqueItems\":true}", "[1,{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1e0}]", false)]
    public void Numbers_are_exact_and_never_expanded(string schema, string value, bool isValid) =>
        Assert.Equal(isValid, JsonSchema.Parse(schema).Validate(Encoding.UTF8.GetBytes(value)).Count == 0);

    [Fact]
    public void A_member_that_stands_twice_is_refused() =>
        Assert.ThrowsAny<JsonException>(() => JsonSchema.Parse("{}").Validate("""{"a":1,"a":2}"""u8.ToArray()));

    [Fact]
    public void A_schema_judges_for_many_threads()
    {
        var schema = JsonSchema.Parse(Order);
        var wrong = 0;
        Parallel.For(0, 10_000, round =>
        {
            var value = Encoding.UTF8.GetBytes($$"""{"orderId":"o-{{round}}","lines":[{"price":{{(round % 2 == 0 ? 1 : -1)}}}]}""");
            Interlocked.Add(ref wrong, schema.Validate(value).Count == round % 2 ? 0 : 1);
        });
        Assert.Equal(0, wrong);
    }
}
