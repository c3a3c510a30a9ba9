using System.Text;

namespace Headrace.Schemas.Protobuf;

/// <summary>A text that is no schema is refused in words that name the place.</summary>
public sealed class MalformedTextTests
{
    private const string Good = """
        syntax = "proto3"; package shop; import "google/protobuf/timestamp.proto"; option java_package = "a\nb";
        message Order { string id = 1 [deprecated = true]; map<string, Line> lines = 2; oneof o { int32 a = 3; bytes b = 4; } reserved 7 to 9, 20; reserved "x"; optional double d = 5; }
        message Line { google.protobuf.Timestamp at = 1; repeated Kind kinds = 2; } enum Kind { A = 0; B = -1; } service S { rpc Get (stream Order) returns (Line); } // end
        """;

    [Theory]
    [InlineData("message M { string id }", "line 2, column 23: '=' is expected, not '}'")]
    [InlineData("message M {\n  strin id = 1;\n}", "\"strin\" is not defined")]
    [InlineData("message M {\n  string id = 0;\n}", "line 3, column 15: the number of the field id is 0. It has to be from 1 to 536870911")]
    [InlineData("message M { string id = 19500; }", "Numbers from 19000 to 19999 are Protobuf's own")]
    [InlineData("message M { string id = 1; int32 n = 1; }", "In M two fields have the number 1.")]
    [InlineData("message M { string id = 1; int32 id = 2; }", "In M two fields are called id.")]
    [InlineData("message M { reserved 1; string id = 1; }", "In M the field id = 1 uses a reserved name or number.")]
    [InlineData("message M { required string id = 1; }", "a field of proto3 is not required")]
    [InlineData("message M { string id = 1 [default = \"x\"]; }", "a field of proto3 has no default of its own")]
    [InlineData("message M { map<double, string> m = 1; }", "the key of a map is double")]
    [InlineData("message M { repeated map<int32, string> m = 1; }", "a map has no label")]
    [InlineData("message M { oneof o { repeated int32 a = 1; } }", "a field of a oneof is not repeated")]
    [InlineData("message M { oneof o { } }", "the oneof o has no fields")]
    [InlineData("message M { string id = 1 [no_such = true]; }", "'no_such' is no option here")]
    [InlineData("message M { string id = 1 [deprecated = 3]; }", "'3' is no value of the option 'deprecated'")]
    [InlineData("message M { string id = 1;", "a block does not end")]
    [InlineData("message M { } message M { }", "M")]
    [InlineData("enum E { A = 1; }", "In E the first value, A, is 1. In proto3 it has to be 0.")]
    [InlineData("enum E { A = 0; B = 0; }", "A and B are both 0. Give them different numbers, or set option allow_alias = true")]
    [InlineData("enum E { }", "the enum E has no values")]
    [InlineData("import \"common/money.proto\";", "'common/money.proto' is imported and not there. Register it under a subject of its own")]
    [InlineData("/* message M { }", "a comment that begins with /* does not end")]
    [InlineData("option java_package = \"a", "a string does not end on its line")]
    [InlineData("option java_package = \"\\q\";", "'\\q' is no escape")]
    [InlineData("messages M { }", "message, enum, import, package, option, service or extend is expected, not 'messages'")]
    [InlineData("package a; package b;", "the file has two packages")]
    [InlineData("syntax = \"proto4\";", "the syntax is \"proto4\"")]
    [InlineData("edition = \"2023\";", "editions are not supported. Write syntax = \"proto3\";")]
    public void Malformed_text_is_refused_with_its_place_and_what_is_expected(string text, string message)
    {
        var hasHead = text.StartsWith("syntax", StringComparison.Ordinal) || text.StartsWith("edition", StringComparison.Ordinal);
        var error = Assert.Throws<ProtobufSchemaException>(() => ProtobufSchema.Parse(hasHead ? text : $"syntax = \"proto3\";\n{text}"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_ends_in_one_exception()
    {
        var text = $"syntax = \"proto3\"; {string.Concat(Enumerable.Repeat("message M { ", 100_000))}";
        Assert.Contains("nested more than 32 deep", Assert.Throws<ProtobufSchemaException>(() => ProtobufSchema.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Five_thousand_mutations_end_in_a_schema_or_one_exception()
    {
        Assert.NotNull(ProtobufSchema.Parse(Good));
        var random = new Random(20_240_601);
        var refused = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var text = new StringBuilder(Good);
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                var at = random.Next(text.Length);
                _ = random.Next(4) switch
                {
                    0 => text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)),
                    1 => text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 40), text.Length - at))),
                    2 => text.Insert(at, (char)random.Next(1, 0x300)),
                    _ => text.Replace(text[at], "{}[]<>();=\"'\\/.0x9-"[random.Next(19)], at, 1),
                };
            }

            try
            {
                Assert.NotNull(ProtobufSchema.Parse(text.ToString()).ToString());
            }
            catch (ProtobufSchemaException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 5_000);
    }
}
