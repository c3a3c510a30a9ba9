using System.Security.Cryptography;

namespace Headrace.Schemas.Avro;

public sealed class SchemaTests
{
    private const string Order = """
        {"type":"record","name":"Order","namespace":"shop","doc":"x","fields":[
          {"name":"id","type":"string","default":""},
          {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
            {"name":"sku","type":{"type":"string","logicalType":"uuid"}},{"name":"next","type":["null","Line"]}]}}}]}
        """;

    [Theory]
    [InlineData("\"int\"", "\"int\"")]
    [InlineData("""{"type":"int"}""", "\"int\"")]
    [InlineData("""{"type":{"type":"string"}}""", "\"string\"")]
    [InlineData("""{"type":"enum","name":"foo","namespace":"x.y","symbols":["A1"],"doc":"d","default":"A1"}""", """{"name":"x.y.foo","type":"enum","symbols":["A1"]}""")]
    [InlineData("""{"type":"error","name":"e","fields":[]}""", """{"name":"e","type":"record","fields":[]}""")]
    [InlineData(
        Order,
        """{"name":"shop.Order","type":"record","fields":[{"name":"id","type":"string"},{"name":"lines","type":{"type":"array","items":{"name":"shop.Line","type":"record","fields":[{"name":"sku","type":"string"},{"name":"next","type":["null","shop.Line"]}]}}}]}""")]
    public void The_canonical_form_keeps_what_readers_need(string json, string canonical) => Assert.Equal(canonical, AvroSchema.Parse(json).CanonicalForm);

    // The CRCs are those of the reference implementation's own vectors.
    [Theory]
    [InlineData("\"null\"", 7195948357588979594L, "9b41ef67651c18488a8b08bb67c75699", "f072cbec3bf8841871d4284230c5e983dc211a56837aed862487148f947d1a1f")]
    [InlineData("\"boolean\"", -6970731678124411036L, "01f692b30d4a1c8a3e600b1440637f8f", "a5b031ab62bc416d720c0410d802ea46b910c4fbe85c50a946ccc658b74e677e")]
    [InlineData("\"int\"", 8247732601305521295L, "ef524ea1b91e73173d938ade36c1db32", "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45")]
    [InlineData("\"long\"", -3434872931120570953L, "e1dd9a1ef98b451b53690370b393966b", "c32c497df6730c97fa07362aa5023f37d49a027ec452360778114cf427965add")]
    [InlineData("\"float\"", 5583340709985441680L, "50a6b9db85da367a6d2df400a41758a6", "1e71f9ec051d663f56b0d8e1fc84d71aa56ccfe9fa93aa20d10547a7abeb5cc0")]
    [InlineData("\"double\"", -8181574048448539266L, "bfc71a62f38b99d6a93690deeb4b3af6", "730a9a8c611681d7eef442e03c16c70d13bca3eb8b977bb403eaff52176af254")]
    [InlineData("\"bytes\"", 5746618253357095269L, "b462f06cb909be57c85008867784cde6", "9ae507a9dd39ee5b7c7e285da2c0846521c8ae8d80feeae5504e0c981d53f5fa")]
    [InlineData("\"string\"", -8142146995180207161L, "095d71cf12556b9d5e330ad575b3df5d", "e9e5c1c9e4f6277339d1bcde0733a59bd42f8731f449da6dc13010a916930d48")]
    public void Fingerprints_are_those_of_the_reference_implementation(string json, long crc, string md5, string sha256)
    {
        var schema = AvroSchema.Parse(json);
        Assert.Equal(crc, unchecked((long)schema.Fingerprint()));
        Assert.Equal(md5, Convert.ToHexStringLower(schema.Fingerprint(HashAlgorithmName.MD5)));
        Assert.Equal(sha256, Convert.ToHexStringLower(schema.Fingerprint(HashAlgorithmName.SHA256)));
        Assert.Throws<NotSupportedException>(() => schema.Fingerprint(HashAlgorithmName.SHA512));
    }

    [Theory]
    [InlineData("""{"type":"record","name":"a.b.R","fields":[{"name":"x","type":{"type":"enum","name":"E","symbols":[]}},{"name":"y","type":"E"},{"name":"z","type":"a.b.E"}]}""", "a.b.E")]
    [InlineData("""{"type":"record","name":"R","namespace":"n","fields":[{"name":"x","type":{"type":"enum","name":"o.E","symbols":[]}}]}""", "o.E")]
    [InlineData("""{"type":"record","name":"o.R","namespace":"n","fields":[{"name":"x","type":{"type":"enum","name":"E","namespace":"","symbols":[]}}]}""", "E")]
    public void Names_take_the_namespace_around_them(string json, string name) => Assert.Equal(name, AvroSchema.Parse(json).Fields[0].Schema.Name);

    [Theory]
    [InlineData("{", "$: it is no JSON")]
    [InlineData("7", "$: a schema is a name, an object or an array")]
    [InlineData("\"Order\"", "$: nothing is called 'Order' here")]
    [InlineData("{}", "$: 'type' is missing.")]
    [InlineData("""{"type":"record","name":"R"}""", "$: 'fields' is missing.")]
    [InlineData("""{"type":"record","name":"R-1","fields":[]}""", "$.name: 'R-1' is no name")]
    [InlineData("""{"type":"record","name":"int","fields":[]}""", "$.name: 'int' is a type of Avro itself")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}""", "$.fields[1]: the record has a field 'a' already.")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"1"}]}""", "$.fields[0].default: the default \"1\" is no value of int.")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":2147483648}]}""", "$.fields[0].default: the default 2147483648 is no value of int.")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":["null","int"],"default":true}]}""", "$.fields[0].default: the default true is no value of [null, int].")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":"int"},"default":[1,"2"]}]}""", "$.fields[0].default[1]: the default \"2\" is no value of int.")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2},"default":"\u0001"}]}""", "$.fields[0].default: the default")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"S","fields":[{"name":"b","type":"int"}]},"default":{}}]}""", "the default has no 'b'")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","A"]}""", "$.symbols: 'A' is there twice.")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"B"}""", "$.default: 'B' is not among the symbols (A).")]
    [InlineData("""{"type":"fixed","name":"F","size":-1}""", "$.size: the size of a fixed")]
    [InlineData("""["int","int"]""", "$[1]: the union holds int twice")]
    [InlineData("""["int",["null","string"]]""", "$[1]: a union cannot hold a union directly")]
    [InlineData("""["null",{"type":"enum","name":"E","symbols":[]},{"type":"fixed","name":"E","size":1}]""", "$[2]: 'E' is defined already")]
    public void A_broken_rule_is_named_with_its_place(string json, string message)
    {
        var error = Assert.Throws<AvroSchemaException>(() => AvroSchema.Parse(json));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("$", error.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}""", true)]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":2,"scale":4}""", false)]
    [InlineData("""{"type":"bytes","logicalType":"decimal"}""", false)]
    [InlineData("""{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":4}""", true)]
    [InlineData("""{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":5}""", false)]
    [InlineData("""{"type":"string","logicalType":"date"}""", false)]
    [InlineData("""{"type":"long","logicalType":"something"}""", false)]
    public void A_logical_type_that_is_not_valid_is_ignored(string json, bool isKept) => Assert.Equal(isKept, AvroSchema.Parse(json).ToString().Contains("logicalType", StringComparison.Ordinal));

    [Fact]
    public void What_is_written_out_reads_the_same_again()
    {
        const string json = """
            {"name":"n.R","type":"record","aliases":["n.Old"],"fields":[{"name":"a","type":["null",{"type":"long","logicalType":"timestamp-micros"}],"default":null,"aliases":["b"]},{"name":"e","type":{"name":"E","namespace":"","type":"enum","symbols":["A"],"default":"A"}}]}
            """;
        Assert.Equal(json.Trim(), AvroSchema.Parse(json).ToString());
    }

    [Fact]
    public void A_schema_may_refer_to_others()
    {
        var line = AvroSchema.Parse("""{"type":"record","name":"shop.Line","fields":[{"name":"sku","type":{"type":"fixed","name":"Sku","size":2}}]}""");
        var order = AvroSchema.Parse("""{"type":"record","name":"shop.Order","fields":[{"name":"first","type":"Line"},{"name":"sku","type":"shop.Sku"}]}""", [line]);
        Assert.Equal(["shop.Line", "shop.Sku"], order.Fields.Select(field => field.Schema.Name));
    }

    [Fact]
    public void A_schema_nested_without_end_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 100_000));
        Assert.Throws<AvroSchemaException>(() => AvroSchema.Parse(deep));
    }
}
