namespace Headrace.Schemas.Protobuf;

/// <summary>Which versions of a message read each other: the rules of https://protobuf.dev/programming-guides/proto3/#updating.</summary>
public sealed class CompatibilityTests
{
    [Theory]
    [InlineData("string a = 1;", "string a = 1; int32 b = 2;", null, null)]                                                     // a new field
    [InlineData("string a = 1; int32 b = 2;", "string a = 1;", null, null)]                                                     // a field that is gone
    [InlineData("string a = 1;", "string b = 1;", null, null)]                                                                   // names are not on the wire
    [InlineData("int32 a = 1;", "int64 a = 1;", null, null)]
    [InlineData("bool a = 1;", "E a = 1;", null, null)]
    [InlineData("string a = 1;", "bytes a = 1;", null, null)]
    [InlineData("fixed32 a = 1;", "sfixed32 a = 1;", null, null)]
    [InlineData("sint32 a = 1;", "sint64 a = 1;", null, null)]
    [InlineData("int32 a = 1;", "sint32 a = 1;", SchemaRule.TypesMatch, SchemaRule.TypesMatch)]
    [InlineData("int32 a = 1;", "string a = 1;", SchemaRule.TypesMatch, SchemaRule.TypesMatch)]
    [InlineData("fixed32 a = 1;", "fixed64 a = 1;", SchemaRule.TypesMatch, SchemaRule.TypesMatch)]
    [InlineData("double a = 1;", "fixed64 a = 1;", SchemaRule.TypesMatch, SchemaRule.TypesMatch)]
    [InlineData("int32 a = 1;", "repeated int32 a = 1;", SchemaRule.LabelsMatch, SchemaRule.LabelsMatch)]
    [InlineData("string a = 1;", "repeated string a = 1;", null, null)]
    [InlineData("int32 a = 1;", "optional int32 a = 1;", null, null)]
    [InlineData("Other a = 1;", "Third a = 1;", SchemaRule.NamesMatch, SchemaRule.NamesMatch)]
    [InlineData("map<string, int32> a = 1;", "map<string, int64> a = 1;", null, null)]
    [InlineData("map<string, int32> a = 1;", "map<string, string> a = 1;", SchemaRule.TypesMatch, SchemaRule.TypesMatch)]
    [InlineData("repeated Other a = 1;", "map<string, int32> a = 1;", SchemaRule.LabelsMatch, SchemaRule.LabelsMatch)]
    [InlineData("message Inner { int32 x = 1; }", "", SchemaRule.MessagesKnown, null)]
    [InlineData("message Inner { int32 x = 1; } Inner a = 1;", "message Inner { string x = 1; } Inner a = 1;", SchemaRule.TypesMatch, SchemaRule.TypesMatch)]
    [InlineData("int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", SchemaRule.ChoicesMatch, null)]
    [InlineData("int32 a = 1;", "oneof o { int32 a = 1; int32 b = 2; }", null, null)]
    [InlineData("oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; }", SchemaRule.BranchesKnown, null)]
    [InlineData("enum F { X = 0; Y = 1; } F a = 1;", "enum F { X = 0; } F a = 1;", null, null)]
    public void A_change_is_read_or_not_backward_and_forward(string before, string next, SchemaRule? backward, SchemaRule? forward)
    {
        var (old, now) = (Schema(before), Schema(next));
        Assert.Equal(backward, Single(ProtobufCompatibility.Check(SchemaCompatibility.Backward, now, [old])));
        Assert.Equal(forward, Single(ProtobufCompatibility.Check(SchemaCompatibility.Forward, now, [old])));
        Assert.Equal(backward is null && forward is null, ProtobufCompatibility.Check(SchemaCompatibility.Full, now, [old]).Count == 0);
        Assert.Empty(ProtobufCompatibility.Check(SchemaCompatibility.None, now, [old]));
        Assert.Empty(ProtobufCompatibility.Check(SchemaCompatibility.FullTransitive, old, [old]));
    }

    [Fact]
    public void A_transitive_mode_looks_at_every_version_and_the_others_at_the_last()
    {
        var versions = new[] { Schema("int32 a = 1;"), Schema("") };
        var next = Schema("string a = 1;");
        Assert.Empty(ProtobufCompatibility.Check(SchemaCompatibility.Backward, next, versions));
        Assert.Equal(SchemaRule.TypesMatch, Single(ProtobufCompatibility.Check(SchemaCompatibility.BackwardTransitive, next, versions)));
        Assert.Equal(SchemaRule.TypesMatch, Single(ProtobufCompatibility.Check(SchemaCompatibility.ForwardTransitive, next, versions)));
    }

    [Fact]
    public void What_is_required_has_to_be_written_by_everybody()
    {
        var (without, with) = (ProtobufSchema.Parse("message M { optional int32 a = 1; }"), ProtobufSchema.Parse("message M { required int32 a = 1; }"));
        Assert.Equal(SchemaRule.RequiredFilled, Single(ProtobufCompatibility.Unreadable(without, with)));
        Assert.Empty(ProtobufCompatibility.Unreadable(with, without));
    }

    [Fact]
    public void A_group_is_no_message_to_a_reader()
    {
        var (group, message) = (ProtobufSchema.Parse("message M { optional group P = 1 { optional int32 a = 1; } }"), ProtobufSchema.Parse("message M { optional P p = 1; message P { optional int32 a = 1; } }"));
        Assert.Contains(ProtobufCompatibility.Unreadable(group, message), fault => fault.Rule == SchemaRule.TypesMatch);
    }

    [Fact]
    public void A_package_stays()
    {
        var (one, two) = (ProtobufSchema.Parse("package a; message M { }"), ProtobufSchema.Parse("package b; message M { }"));
        Assert.Equal(SchemaRule.NamesMatch, Single(ProtobufCompatibility.Unreadable(one, two)));
    }

    private static ProtobufSchema Schema(string fields) => ProtobufSchema.Parse(
        $"syntax = \"proto3\"; package shop; message M {{ {fields} }} message Other {{ string k = 1; int32 v = 2; }} message Third {{ }} enum E {{ ZERO = 0; }}");

    private static SchemaRule? Single(IReadOnlyList<SchemaFault> faults) => faults.Select(fault => (SchemaRule?)fault.Rule).Distinct().SingleOrDefault();
}
