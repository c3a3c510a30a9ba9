using System.Text.Json;

namespace Headrace.Schemas.Avro;

/// <summary>Each rule of the specification's "Schema Resolution", with bytes that were written by hand from its "Binary Encoding".</summary>
public sealed class ResolutionTests
{
    private const string A1 = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""";

    [Theory]
    // Promotions.
    [InlineData("\"int\"", "\"long\"", "54", "42")]
    [InlineData("\"int\"", "\"float\"", "54", "42")]
    [InlineData("\"int\"", "\"double\"", "54", "42")]
    [InlineData("\"long\"", "\"float\"", "54", "42")]
    [InlineData("\"long\"", "\"double\"", "54", "42")]
    [InlineData("\"float\"", "\"double\"", "0000c03f", "1.5")]
    [InlineData("\"string\"", "\"bytes\"", "044142", "\"QUI=\"")]
    [InlineData("\"bytes\"", "\"string\"", "044142", "\"AB\"")]
    [InlineData("\"bytes\"", "\"string\"", "02ff", null)]
    [InlineData("\"long\"", "\"int\"", "54", null)]
    [InlineData("\"double\"", "\"float\"", "0000000000000000", null)]
    [InlineData("\"boolean\"", "\"int\"", "01", null)]
    // Records: by name, in any order; what the reader lacks is skipped, what the writer lacks has its default.
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}""", """{"type":"record","name":"R","fields":[{"name":"b","type":"string"},{"name":"a","type":"int"}]}""", "020478 79", """{"b":"xy","a":1}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"x","type":{"type":"map","values":{"type":"array","items":"int"}}},{"name":"a","type":"int"}]}""", A1, "020261020600 0004", """{"a":2}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"x","type":{"type":"array","items":"string"}},{"name":"a","type":"int"}]}""", A1, "03060461620261 0004", null)]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"x","type":{"type":"array","items":"string"}},{"name":"a","type":"int"}]}""", A1, "030a0461620261 0004", """{"a":2}""")]
    [InlineData(A1, """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string","default":"new"}]}""", "02", """{"a":1,"b":"new"}""")]
    [InlineData(A1, """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}""", "02", null)]
    [InlineData(A1, """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":{"type":"map","values":["null","int"]},"default":{"k":7}}]}""", "02", """{"a":1,"b":{"k":7}}""")]
    // Names: the simple one counts, or an alias of the reader's.
    [InlineData(A1, """{"type":"record","name":"n.R","fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    [InlineData(A1, """{"type":"record","name":"S","fields":[{"name":"a","type":"int"}]}""", "02", null)]
    [InlineData(A1, """{"type":"record","name":"S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    [InlineData(A1, """{"type":"record","name":"n.S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "02", null)]
    [InlineData("""{"type":"record","name":"n.R","fields":[{"name":"a","type":"int"}]}""", """{"type":"record","name":"n.S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    [InlineData(A1, """{"type":"record","name":"R","fields":[{"name":"b","type":"long","aliases":["a"]}]}""", "02", """{"b":1}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}""", """{"type":"record","name":"R","fields":[{"name":"b","type":"int","aliases":["a"]}]}""", "0204", """{"b":2}""")]
    // Enums: symbols by name; unknown ones become the reader's default.
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["B","A"]}""", "00", "\"A\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["A"]}""", "02", null)]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["A"]}""", "00", "\"A\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}""", """{"type":"enum","name":"E","symbols":["C","A"],"default":"C"}""", "02", "\"C\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"]}""", """{"type":"enum","name":"F","symbols":["A"]}""", "00", null)]
    // Fixed: name and size.
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"F","size":2}""", "4142", "\"QUI=\"")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"F","size":3}""", "4142", null)]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"G","size":2}""", "4142", null)]
    // Arrays and maps: their items; blocks with and without a size.
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"long"}""", "040204 0506020406 00", "[1,2,1,2,3]")]
    [InlineData("""{"type":"map","values":"int"}""", """{"type":"map","values":"double"}""", "02 026b02 00", """{"k":1}""")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"string"}""", "0202 00", null)]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"string"}""", "00", "[]")]
    // Unions.
    [InlineData("""["null","int"]""", """["null","long"]""", "0202", "1")]
    [InlineData("""["null","int"]""", """["long","null"]""", "00", "null")]
    [InlineData("""["null","int"]""", "\"int\"", "0206", "3")]
    [InlineData("""["null","int"]""", "\"int\"", "00", null)]
    [InlineData("\"int\"", """["null","string","long"]""", "06", "3")]
    [InlineData("\"int\"", """["null","string"]""", "06", null)]
    [InlineData("""["int","string"]""", """["string","int"]""", "020261", "\"a\"")]
    [InlineData(A1, """["null",{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]},{"type":"record","name":"n.R","fields":[{"name":"a","type":"long"}]}]""", "06", """{"a":3}""")]
    public void It_reads_what_another_schema_wrote(string writer, string reader, string hex, string? expected)
    {
        var codec = new AvroCodec<object>(AvroSchema.Parse(reader));
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        if (expected is null)
        {
            Assert.Throws<MessageFormatException>(() => codec.Decode(bytes, AvroSchema.Parse(writer)));
        }
        else
        {
            Assert.Equal(expected, Json(codec.Decode(bytes, AvroSchema.Parse(writer))));
        }
    }

    [Fact]
    public void A_record_that_holds_itself_resolves()
    {
        const string writer = """{"type":"record","name":"N","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","N"]}]}""";
        const string reader = """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"long"},{"name":"w","type":"int","default":9}]}""";
        var codec = new AvroCodec<AvroRecord>(AvroSchema.Parse(reader));
        var read = codec.Decode(Convert.FromHexString("0202040200"[..6] + "00"), AvroSchema.Parse(writer));
        Assert.Equal("""{"next":{"next":null,"v":2,"w":9},"v":1,"w":9}""", read.ToString());
    }

    private static string Json(object? value) => value switch
    {
        AvroRecord record => record.ToString(),
        AvroSymbol symbol => JsonSerializer.Serialize(symbol.Name),
        AvroFixed bytes => JsonSerializer.Serialize(bytes.Value.ToArray()),
        _ => JsonSerializer.Serialize(value),
    };
}
