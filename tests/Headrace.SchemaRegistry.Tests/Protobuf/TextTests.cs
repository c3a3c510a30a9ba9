using Google.Protobuf.Reflection;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Protobuf;

/// <summary>.proto files are read and written as protoc reads them.</summary>
public sealed class TextTests : IDisposable
{
    private const string Full = """
        // What a file may have.
        syntax = "proto3";
        package shop.v1;
        import "google/protobuf/timestamp.proto";
        import public "google/protobuf/duration.proto";
        option java_package = "com.shop" ".v1"; option java_multiple_files = true;
        option optimize_for = CODE_SIZE;
        message Order {
          option deprecated = true;
          reserved 20, 30 to 40, 1000 to max; reserved "gone", 'lost';
          string id = 0x1 [json_name = "ID"]; /* a
            comment */ repeated int32 counts = 02 [packed = false];
          map<string, Line> lines = 3; map<int64, .shop.v1.Kind> kinds = 4;
          optional bytes data = 5;
          oneof choice { string text = 6; Line line = 7; google.protobuf.Timestamp at = 8; }
          shop.v1.Order.Line.Inner inner = 9; v1.Kind kind = 10; fixed64 f = 11; sfixed32 g = 12; sint64 h = 13; bool message = 14; double map = 15; float optional = 16;
          optional uint32 maybe_too = 17; google.protobuf.Duration took = 18;
          message Line { Inner inner = 1; Order parent = 2; message Inner { enum Kind { A = 0; } Kind kind = 1; shop.v1.Kind outer = 2; } ; }
        }
        enum Kind { option allow_alias = true; KIND_NONE = 0; KIND_A = 1 [deprecated = true]; KIND_B = 1; KIND_LOW = -5; reserved 7 to 9, 100 to max; reserved "KIND_OLD"; }
        message Empty {}
        service Orders { option deprecated = true; rpc Get (Order) returns (Empty); rpc Watch (stream Empty) returns (stream Order) { option deprecated = true; } }
        ;
        """;

    private const string Old = """
        package old;
        message Order {
          required string id = 1 [default = "a\"b\n\x41\101\u00e9"]; optional Kind kind = 2 [default = B]; repeated int64 n = 3 [packed = true]; optional double d = 4 [default = -1.5e3];
          optional bool b = 5 [default = true]; optional float f = 6 [default = inf]; optional int32 i = 7 [default = -3]; optional group Part = 8 { required int32 x = 1; }
          extensions 100 to 199, 500 to max; extend Order { optional string more = 100; }
          enum Kind { A = 1; B = 2; } message After { optional string x = 1; }
        }
        extend Order { repeated Order.After others = 101; }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-proto").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Full)]
    [InlineData(Old)]
    public void A_schema_is_what_protoc_reads(string text)
    {
        var expected = Compile(text);
        Assert.Equal(Plain(expected), Plain(Headrace.Protobuf.ProtoParser.Parse(text, "a.proto"), expected));
        var written = ProtobufSchema.Parse(text).ToString();
        Assert.Equal(WithoutOrder(expected), WithoutOrder(Compile(written)));
        Assert.Equal(written, ProtobufSchema.Parse(written).ToString());
    }

    [Fact]
    public void Random_schemas_are_what_protoc_reads()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 200).ToDictionary(number => $"r{number}.proto", number => RandomProto.File(random, $"r{number}"));
        foreach (var (name, text) in texts)
        {
            File.WriteAllText(Path.Combine(_folder, name), text);
        }

        var expected = Protoc.Compile(_folder, [.. texts.Keys]).File.Where(file => texts.ContainsKey(file.Name)).ToDictionary(file => file.Name);
        var again = Directory.CreateDirectory(Path.Combine(_folder, "again")).FullName;
        foreach (var (name, text) in texts)
        {
            Assert.Equal(Plain(expected[name]), Plain(Headrace.Protobuf.ProtoParser.Parse(text, name), expected[name]));
            File.WriteAllText(Path.Combine(again, name), ProtobufSchema.Parse(text).ToString());
        }

        var rewritten = Protoc.Compile(again, [.. texts.Keys]).File.Where(file => texts.ContainsKey(file.Name)).ToDictionary(file => file.Name);
        Assert.All(texts.Keys, name => Assert.Equal(WithoutOrder(expected[name]), WithoutOrder(rewritten[name])));
    }

    [Fact]
    public void The_schema_of_a_generated_class_is_its_file()
    {
        var schema = ProtobufSchema.Of(Wire.OrderPlaced.Descriptor);
        var money = File.ReadAllText(Path.Combine(Protoc.Protos, "common", "money.proto"));
        var read = ProtobufSchema.Parse(File.ReadAllText(Path.Combine(Protoc.Protos, "orders.proto")), [new("common/money.proto", money)]);
        Assert.Equal(read.ToString(), schema.ToString());
        Assert.Equal(["common/money.proto"], schema.Imports.Select(import => import.Key));
        Assert.Equal([0, 1, 0], schema.PathOf("shop.OrderPlaced.Shop.Shelf"));
        Assert.Equal("shop.OrderPlaced.Shop.Shelf", schema.MessageAt([0, 1, 0])!.FullName);
        Assert.Null(schema.MessageAt([0, 3]));
    }

    [Fact]
    public void A_descriptor_in_base64_is_a_schema_too()
    {
        var file = Wire.Money.Descriptor.File;
        Assert.Equal(ProtobufSchema.Of(Wire.Money.Descriptor).ToString(), ProtobufSchema.Parse(file.SerializedData.ToBase64()).ToString());
    }

    private FileDescriptorProto Compile(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "a.proto"), text);
        return Protoc.Compile(_folder, "a.proto").File[^1];
    }

    // protoc looks up what names mean; the parser leaves that for later, so the names are taken from there.
    private static string Plain(FileDescriptorProto file, FileDescriptorProto? names = null)
    {
        file = file.Clone();
        file.Syntax = file.HasSyntax ? file.Syntax : "proto2";
        foreach (var (message, index) in Messages(file.MessageType).Select((message, index) => (message, index)))
        {
            var twin = names is null ? message : Messages(names.MessageType).ElementAt(index);
            Clear(message.Field, twin.Field);
            Clear(message.Extension, twin.Extension);
        }

        Clear(file.Extension, (names ?? file).Extension);
        foreach (var (service, index) in file.Service.Select((service, index) => (service, index)))
        {
            foreach (var (method, place) in service.Method.Select((method, place) => (method, place)))
            {
                (method.InputType, method.OutputType) = names is null ? (method.InputType, method.OutputType) : (names.Service[index].Method[place].InputType, names.Service[index].Method[place].OutputType);
            }
        }

        return file.ToString();
    }

    // Messages come before fields in what is written, so groups and maps' entries stand elsewhere among the nested.
    private static string WithoutOrder(FileDescriptorProto file)
    {
        file = file.Clone();
        foreach (var message in Messages(file.MessageType).ToList())
        {
            var sorted = message.NestedType.OrderBy(nested => nested.Name, StringComparer.Ordinal).ToList();
            message.NestedType.Clear();
            message.NestedType.AddRange(sorted);
        }

        return Plain(file);
    }

    private static void Clear(IEnumerable<FieldDescriptorProto> fields, IEnumerable<FieldDescriptorProto> twins)
    {
        foreach (var (field, twin) in fields.Zip(twins))
        {
            if (field.JsonName == Headrace.Protobuf.ProtoOptionWriter.JsonName(field.Name))
            {
                field.ClearJsonName();
            }

            if (field.HasTypeName)
            {
                (field.TypeName, field.Type) = (twin.TypeName, twin.Type);
            }

            if (field.HasExtendee)
            {
                field.Extendee = twin.Extendee;
            }
        }
    }

    private static IEnumerable<DescriptorProto> Messages(IEnumerable<DescriptorProto> messages) => messages.SelectMany(message => Messages(message.NestedType).Prepend(message));
}
