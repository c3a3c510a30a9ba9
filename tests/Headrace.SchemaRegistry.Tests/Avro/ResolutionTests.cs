using System.Text.Json;

namespace Headrace.Schemas.Avro;

/// <summary>
/// The rules of the specification's "Schema Resolution" and "Aliases", a test each, with bytes that were written by hand from its "Binary Encoding";
/// docs/avro-resolution.md says which test holds which sentence. Where nothing is expected the bytes are refused.
/// </summary>
public sealed class ResolutionTests
{
    private const string A1 = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""";
    private const string E1 = """{"type":"enum","name":"E","symbols":["A","B"]}""";
    private const string F2 = """{"type":"fixed","name":"F","size":2}""";

    [Theory]
    [InlineData("\"null\"", "", "null")]
    [InlineData("\"boolean\"", "01", "true")]
    [InlineData("\"int\"", "54", "42")]
    [InlineData("\"long\"", "54", "42")]
    [InlineData("\"float\"", "0000c03f", "1.5")]
    [InlineData("\"double\"", "000000000000f83f", "1.5")]
    [InlineData("\"bytes\"", "044142", "\"QUI=\"")]
    [InlineData("\"string\"", "044142", "\"AB\"")]
    public void A_primitive_type_matches_itself(string schema, string hex, string expected) => Reads(schema, schema, hex, expected);

    [Theory]
    [InlineData("\"int\"", "\"long\"", "54", "42")]
    [InlineData("\"int\"", "\"float\"", "54", "42")]
    [InlineData("\"int\"", "\"double\"", "54", "42")]
    public void An_int_is_promoted_to_long_float_or_double(string writer, string reader, string hex, string expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData("\"long\"", "\"float\"", "54", "42")]
    [InlineData("\"long\"", "\"double\"", "54", "42")]
    public void A_long_is_promoted_to_float_or_double(string writer, string reader, string hex, string expected) => Reads(writer, reader, hex, expected);

    [Fact]
    public void A_float_is_promoted_to_double() => Reads("\"float\"", "\"double\"", "0000c03f", "1.5");

    [Fact]
    public void A_string_is_promoted_to_bytes() => Reads("\"string\"", "\"bytes\"", "044142", "\"QUI=\"");

    [Theory]
    [InlineData("044142", "\"AB\"")]
    [InlineData("02ff", null)]
    public void Bytes_are_promoted_to_string_where_they_are_UTF_8(string hex, string? expected) => Reads("\"bytes\"", "\"string\"", hex, expected);

    [Theory]
    [InlineData("\"long\"", "\"int\"", "54")]
    [InlineData("\"float\"", "\"int\"", "0000c03f")]
    [InlineData("\"float\"", "\"long\"", "0000c03f")]
    [InlineData("\"double\"", "\"float\"", "0000000000000000")]
    [InlineData("\"boolean\"", "\"int\"", "01")]
    [InlineData("\"int\"", "\"boolean\"", "02")]
    [InlineData("\"int\"", "\"string\"", "02")]
    [InlineData("\"null\"", "\"int\"", "")]
    [InlineData(A1, """{"type":"map","values":"int"}""", "02")]
    [InlineData(E1, "\"string\"", "00")]
    [InlineData(F2, "\"bytes\"", "4142")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"map","values":"int"}""", "00")]
    public void Nothing_else_is_promoted(string writer, string reader, string hex) => Reads(writer, reader, hex, null);

    [Fact]
    public void Fields_of_records_are_matched_by_name_in_any_order() => Reads(
        """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}""",
        """{"type":"record","name":"R","fields":[{"name":"b","type":"string"},{"name":"a","type":"int"}]}""",
        "020478 79", """{"b":"xy","a":1}""");

    [Theory]
    [InlineData("int", "long", "06", """{"a":3}""")]
    [InlineData("int", "string", "06", null)]
    public void Fields_of_one_name_are_resolved_recursively(string before, string now, string hex, string? expected) =>
        Reads(A1.Replace("int", before, StringComparison.Ordinal), A1.Replace("int", now, StringComparison.Ordinal), hex, expected);

    [Theory]
    [InlineData("""{"type":"map","values":{"type":"array","items":"int"}}""", "020261020600 0004", """{"a":2}""")]
    [InlineData("""{"type":"array","items":"string"}""", "030a0461620261 0004", """{"a":2}""")]
    [InlineData("""{"type":"array","items":"string"}""", "03060461620261 0004", null)]
    [InlineData("""["null","string"]""", "020278 04", """{"a":2}""")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", "4142 04", """{"a":2}""")]
    public void A_field_that_the_reader_lacks_is_skipped(string type, string hex, string? expected) =>
        Reads($$"""{"type":"record","name":"R","fields":[{"name":"x","type":{{type}}},{"name":"a","type":"int"}]}""", A1, hex, expected);

    [Theory]
    [InlineData("""{"name":"b","type":"string","default":"new"}""", """{"a":1,"b":"new"}""")]
    [InlineData("""{"name":"b","type":{"type":"map","values":["null","int"]},"default":{"k":7}}""", """{"a":1,"b":{"k":7}}""")]
    [InlineData("""{"name":"b","type":["null","int"],"default":null}""", """{"a":1,"b":null}""")]
    [InlineData("""{"name":"b","type":["int","null"],"default":5}""", """{"a":1,"b":5}""")]
    [InlineData("""{"name":"b","type":{"type":"enum","name":"E","symbols":["A","B"],"default":"A"},"default":"B"}""", """{"a":1,"b":"B"}""")]
    [InlineData("""{"name":"b","type":{"type":"record","name":"S","fields":[{"name":"x","type":"long"}]},"default":{"x":9}}""", """{"a":1,"b":{"x":9}}""")]
    public void A_field_that_the_writer_lacks_has_its_default(string field, string expected) =>
        Reads(A1, $$"""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{{field}}]}""", "02", expected);

    [Fact]
    public void A_field_that_the_writer_lacks_and_that_has_no_default_is_an_error() =>
        Reads(A1, """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}""", "02", null);

    [Theory]
    [InlineData(A1, """{"type":"record","name":"n.R","fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    [InlineData(A1, """{"type":"record","name":"S","fields":[{"name":"a","type":"int"}]}""", "02", null)]
    public void Records_match_by_their_unqualified_names(string writer, string reader, string hex, string? expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData(E1, """{"type":"enum","name":"n.E","symbols":["A","B"]}""", "02", "\"B\"")]
    [InlineData(E1, """{"type":"enum","name":"F","symbols":["A","B"]}""", "02", null)]
    public void Enums_match_by_their_unqualified_names(string writer, string reader, string hex, string? expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData(F2, """{"type":"fixed","name":"n.F","size":2}""", "4142", "\"QUI=\"")]
    [InlineData(F2, """{"type":"fixed","name":"F","size":3}""", "4142", null)]
    [InlineData(F2, """{"type":"fixed","name":"G","size":2}""", "4142", null)]
    public void Fixed_types_match_by_their_unqualified_names_and_sizes(string writer, string reader, string hex, string? expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData(A1, """{"type":"record","name":"S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    [InlineData(E1, """{"type":"enum","name":"F","aliases":["E"],"symbols":["A","B"]}""", "02", "\"B\"")]
    [InlineData(F2, """{"type":"fixed","name":"G","aliases":["F"],"size":2}""", "4142", "\"QUI=\"")]
    public void A_type_is_known_by_the_readers_aliases_too(string writer, string reader, string hex, string expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData(A1, """{"type":"record","name":"n.S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "02", null)]
    [InlineData("""{"type":"record","name":"n.R","fields":[{"name":"a","type":"int"}]}""", """{"type":"record","name":"n.S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    [InlineData("""{"type":"record","name":"m.R","fields":[{"name":"a","type":"int"}]}""", """{"type":"record","name":"n.S","aliases":["m.R"],"fields":[{"name":"a","type":"int"}]}""", "02", """{"a":1}""")]
    public void An_alias_without_a_namespace_is_in_its_types_own(string writer, string reader, string hex, string? expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData(A1, """{"type":"record","name":"R","fields":[{"name":"b","type":"long","aliases":["a"]}]}""", "02", """{"b":1}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}""", """{"type":"record","name":"R","fields":[{"name":"b","type":"int","aliases":["a"]}]}""", "0204", """{"b":2}""")]
    public void A_field_is_known_by_the_readers_aliases_too_and_by_its_name_first(string writer, string reader, string hex, string expected) => Reads(writer, reader, hex, expected);

    [Fact]
    public void Symbols_of_enums_are_matched_by_name() => Reads(E1, """{"type":"enum","name":"E","symbols":["B","A"]}""", "00", "\"A\"");

    [Theory]
    [InlineData("""{"type":"enum","name":"E","symbols":["C","A"],"default":"C"}""", "02", "\"C\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["C","A"],"default":"C"}""", "00", "\"A\"")]
    public void A_symbol_that_the_reader_lacks_becomes_the_readers_default(string reader, string hex, string expected) => Reads(E1, reader, hex, expected);

    [Theory]
    [InlineData(E1, "02", null)]
    [InlineData(E1, "00", "\"A\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}""", "02", null)]
    public void A_symbol_that_the_reader_lacks_without_a_default_of_its_own_is_an_error(string writer, string hex, string? expected) =>
        Reads(writer, """{"type":"enum","name":"E","symbols":["A"]}""", hex, expected);

    [Theory]
    [InlineData("\"int\"", "\"long\"", "040204 0506020406 00", "[1,2,1,2,3]")]
    [InlineData("\"int\"", "\"string\"", "0202 00", null)]
    [InlineData("\"int\"", "\"string\"", "00", "[]")]
    [InlineData("""["null","int"]""", "\"int\"", "040202 0204 00", "[1,2]")]
    public void Items_of_arrays_are_resolved_recursively(string writer, string reader, string hex, string? expected) =>
        Reads($$"""{"type":"array","items":{{writer}}}""", $$"""{"type":"array","items":{{reader}}}""", hex, expected);

    [Theory]
    [InlineData("\"int\"", "\"double\"", "02 026b02 00", """{"k":1}""")]
    [InlineData("\"int\"", "\"string\"", "02 026b02 00", null)]
    [InlineData("\"int\"", "\"long\"", "0106 026b02 00", """{"k":1}""")]
    public void Values_of_maps_are_resolved_recursively(string writer, string reader, string hex, string? expected) =>
        Reads($$"""{"type":"map","values":{{writer}}}""", $$"""{"type":"map","values":{{reader}}}""", hex, expected);

    [Theory]
    [InlineData("""["null","int"]""", """["null","long"]""", "0202", "1")]
    [InlineData("""["null","int"]""", """["long","null"]""", "00", "null")]
    [InlineData("""["int","string"]""", """["string","int"]""", "020261", "\"a\"")]
    [InlineData("""["int","string"]""", """["null","int"]""", "020261", null)]
    [InlineData("""["int","string"]""", """["null","int"]""", "0002", "1")]
    public void Of_two_unions_the_readers_first_branch_that_matches_what_was_written_is_taken(string writer, string reader, string hex, string? expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData("\"int\"", """["null","string","long"]""", "06", "3")]
    [InlineData("\"int\"", """["null","string"]""", "06", null)]
    [InlineData("\"int\"", """["double","long"]""", "06", "3")]
    [InlineData(A1, """["null",{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]},{"type":"record","name":"n.R","fields":[{"name":"a","type":"long"}]}]""", "06", """{"a":3}""")]
    public void What_is_no_union_is_read_by_the_readers_first_branch_that_matches(string writer, string reader, string hex, string? expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData("0206", "3")]
    [InlineData("00", null)]
    public void A_unions_value_is_read_where_the_reader_matches_the_branch_that_was_written(string hex, string? expected) => Reads("""["null","int"]""", "\"int\"", hex, expected);

    [Theory]
    [InlineData("""{"type":"record","name":"R","doc":"Old words.","fields":[{"name":"a","type":"int","doc":"Old.","order":"ignore"}]}""", "02")]
    public void Documentation_and_order_are_ignored(string writer, string hex) => Reads(writer, A1, hex, """{"a":1}""");

    [Theory]
    [InlineData("""{"type":"int","logicalType":"unheard-of"}""", "\"int\"", "54", "42")]
    [InlineData("\"int\"", """{"type":"int","logicalType":"unheard-of"}""", "54", "42")]
    [InlineData("""{"type":"string","logicalType":"decimal","precision":4}""", "\"string\"", "044142", "\"AB\"")]
    public void A_logical_type_that_is_unknown_or_does_not_fit_is_its_underlying_type(string writer, string reader, string hex, string expected) => Reads(writer, reader, hex, expected);

    [Theory]
    [InlineData(4, 2, 4, 2, true)]
    [InlineData(4, 2, 9, 2, true)]
    [InlineData(4, 2, 4, 1, false)]
    [InlineData(4, 2, 3, 2, false)]
    public void Decimals_match_where_the_scales_are_one_and_the_readers_precision_holds_all(int precision, int scale, int nextPrecision, int nextScale, bool isRead) => Reads(
        $$"""{"type":"bytes","logicalType":"decimal","precision":{{precision}},"scale":{{scale}}}""",
        $$"""{"type":"bytes","logicalType":"decimal","precision":{{nextPrecision}},"scale":{{nextScale}}}""",
        "0264", isRead ? "\"ZA==\"" : null);

    [Fact]
    public void A_record_that_holds_itself_resolves()
    {
        const string writer = """{"type":"record","name":"N","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","N"]}]}""";
        const string reader = """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"long"},{"name":"w","type":"int","default":9}]}""";
        Reads(writer, reader, "02 02 04 00", """{"next":{"next":null,"v":2,"w":9},"v":1,"w":9}""");
    }

    private static void Reads(string writer, string reader, string hex, string? expected)
    {
        var codec = new AvroCodec<object?>(AvroSchema.Parse(reader));
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

    private static string Json(object? value) => value switch
    {
        AvroRecord record => record.ToString(),
        AvroSymbol symbol => JsonSerializer.Serialize(symbol.Name),
        AvroFixed bytes => JsonSerializer.Serialize(bytes.Value.ToArray()),
        _ => JsonSerializer.Serialize(value),
    };
}
