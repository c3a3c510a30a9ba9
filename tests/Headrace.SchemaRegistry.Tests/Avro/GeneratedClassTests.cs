using System.Buffers;

namespace Headrace.Schemas.Avro;

/// <summary>Classes in the shape that avrogen gives them, without the library that they are generated for.</summary>
public sealed class GeneratedClassTests
{
    private const string Text = """
        {"type":"record","name":"Order","namespace":"shop","fields":[{"name":"order_id","type":"string"},{"name":"Total","type":"double"},{"name":"coupon","type":["null","string"]},
        {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"sku","type":"string"}]}}},{"name":"tags","type":{"type":"map","values":"long"}},
        {"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","PAID"]}}]}
        """;

    [Fact]
    public void A_generated_class_is_written_and_read_with_its_own_schema()
    {
        var codec = new AvroCodec<Order>();
        Assert.Equal(AvroSchema.Parse(Text).CanonicalForm, codec.Schema.CanonicalForm);
        var output = new ArrayBufferWriter<byte>();
        codec.Encode(new() { order_id = "o-1", Total = 2.5, coupon = null, lines = [new() { sku = "a" }], tags = new Dictionary<string, long> { ["t"] = 3 }, state = State.PAID }, output);
        var generic = new AvroCodec<AvroRecord>(AvroSchema.Parse(Text)).Decode(output.WrittenSpan);
        Assert.Equal("o-1", generic["order_id"]);
        var read = codec.Decode(output.WrittenSpan);
        Assert.Equal(("o-1", 2.5, null, "a", 3L, State.PAID), (read.order_id, read.Total, read.coupon, read.lines.Single().sku, read.tags["t"], read.state));
    }

#pragma warning disable CA1707, CA1051, CA1711, CA1822, CA1859, IDE1006, CA2211 // As avrogen names things.
    private enum State
    {
        NEW,
        PAID,
    }

    private sealed class Schema(string json)
    {
        public override string ToString() => json;
    }

    private sealed class Order
    {
        public static readonly Schema _SCHEMA = new(Text);

        public string order_id { get; set; } = "";

        public double Total { get; set; }

        public string? coupon { get; set; }

        public IList<Line> lines { get; set; } = [];

        public IDictionary<string, long> tags { get; set; } = new Dictionary<string, long>();

        public State state { get; set; }

        public object? Get(int fieldPos) => throw new NotSupportedException($"{fieldPos}");

        public void Put(int fieldPos, object? fieldValue) => throw new NotSupportedException($"{fieldPos} {fieldValue}");
    }

    private sealed class Line
    {
        public string sku { get; set; } = "";
    }
#pragma warning restore CA1707, CA1051, CA1711, CA1822, CA1859, IDE1006, CA2211
}
