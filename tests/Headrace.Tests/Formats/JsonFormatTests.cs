using System.Buffers;
using System.Text;
using System.Text.Json;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Formats;

public sealed class JsonFormatTests
{
    [Fact]
    public void It_has_the_web_defaults()
    {
        var format = new JsonFormat();
        Assert.Equal("""{"orderId":"o-1","total":2.5}""", Write(format, new OrderPlaced("o-1", 2.5m)));
        Assert.Equal(new OrderPlaced("o-1", 2.5m), Read<OrderPlaced>(format, """{"ORDERID":"o-1","total":"2.5","more":1}"""));
    }

    [Fact]
    public void A_context_brings_its_own_options_and_refuses_what_it_was_not_told_of()
    {
        var format = new JsonFormat(OrdersJson.Default);
        Assert.Equal(new OrderPlaced("o-1", 1), Read<OrderPlaced>(format, Write(format, new OrderPlaced("o-1", 1))));
        var refused = Assert.Throws<NotSupportedException>(() => format.CreateReader<OrderCancelled>());
        Assert.Equal("OrdersJson does not know OrderCancelled. Add [JsonSerializable(typeof(OrderCancelled))] to it.", refused.Message);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.Equal(new OrderPlaced("o-1", 1), Read<OrderPlaced>(new(), "\uFEFF{\"orderId\":\"o-1\",\"total\":1}"));

    [Fact]
    public void A_writer_that_threw_is_not_used_again()
    {
        var format = new JsonFormat();
        var write = format.CreateWriter<Loop>("t");
        var loop = new Loop();
        loop.Next = loop;
        for (var time = 0; time < 3; time++)
        {
            Assert.Throws<JsonException>(() => write(loop, new ArrayBufferWriter<byte>(), []));
            Assert.Equal("""{"orderId":"o-1"}""", Write(format, new InvoiceDue("o-1")));
        }
    }

    [Fact]
    public void Many_threads_may_write_at_once()
    {
        var format = new JsonFormat();
        Parallel.For(0, 2_000, index => Assert.Equal($$"""{"orderId":"{{index}}"}""", Write(format, new InvoiceDue($"{index}"))));
    }

    private static string Write<T>(JsonFormat format, T message)
    {
        var value = new ArrayBufferWriter<byte>();
        format.CreateWriter<T>("t")(message, value, []);
        return Encoding.UTF8.GetString(value.WrittenSpan);
    }

    private static T? Read<T>(JsonFormat format, string json)
    {
        var record = Records.OfText(json);
        return format.CreateReader<T>()(record.Value, record);
    }

    private sealed class Loop
    {
        public Loop? Next { get; set; }
    }
}
