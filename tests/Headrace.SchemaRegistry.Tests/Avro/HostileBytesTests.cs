using System.Buffers;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Avro;

/// <summary>Whatever the bytes are: a message or a <see cref="MessageFormatException"/>, in memory that is bounded by the bytes.</summary>
public sealed class HostileBytesTests
{
    private const string Nested = """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]}]}""";

    [Theory]
    [InlineData("\"string\"", "feffffff0f61", "a length of 2147483647")]
    [InlineData("\"bytes\"", "01", "a length of -1")]
    [InlineData("\"bytes\"", "feffffffffffffffff01", "a length of 9223372036854775807")]
    [InlineData("\"long\"", "80", "a number does not end")]
    [InlineData("\"long\"", "ffffffffffffffffff02", "more than 64 bits")]
    [InlineData("\"long\"", "ffffffffffffffffffff01", "more than 64 bits")]
    [InlineData("\"int\"", "8080808020", "beyond 32 bits")]
    [InlineData("\"boolean\"", "02", "a boolean is 2")]
    [InlineData("\"double\"", "00", "8 more bytes are needed")]
    [InlineData("\"string\"", "02ff", "not UTF-8")]
    [InlineData("""["null","int"]""", "04", "the index 2 is not among 2")]
    [InlineData("""["null","int"]""", "01", "the index -1 is not among 2")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"]}""", "02", "the index 1 is not among 1")]
    [InlineData("""{"type":"array","items":"int"}""", "feffffffffffffffff0102", "cannot lie in the 1 bytes")]
    [InlineData("""{"type":"array","items":"int"}""", "ffffffffffffffffff010002", "cannot lie in")]
    [InlineData("""{"type":"array","items":"null"}""", "80897a00", "more than 100000 values that have no bytes")]
    [InlineData("""{"type":"array","items":"null"}""", "feffffffffffffffff01", "more than 100000 values that have no bytes")]
    [InlineData("""{"type":"array","items":{"type":"fixed","name":"F","size":0}}""", "ffffffffffffffffff010002", "values that have no bytes")]
    [InlineData("""{"type":"map","values":"null"}""", "080261", "cannot lie in the 2 bytes")]
    [InlineData("\"int\"", "0200", "1 bytes follow its end")]
    public void Malformed_bytes_end_in_one_exception(string schema, string hex, string message)
    {
        var codec = new AvroCodec<object>(AvroSchema.Parse(schema));
        var error = Assert.Throws<MessageFormatException>(() => Hex.Read(codec, hex));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_ends_in_one_exception()
    {
        var bytes = Enumerable.Repeat((byte)2, 10_000_000).ToArray();
        Assert.Contains("nested more than 256 deep", Assert.Throws<MessageFormatException>(() => new AvroCodec<object>(AvroSchema.Parse(Nested)).Decode(bytes)).Message, StringComparison.Ordinal);
        Assert.Contains("nested more than 256 deep", Assert.Throws<MessageFormatException>(() => new AvroCodec<Chain>().Decode(bytes)).Message, StringComparison.Ordinal);
        const string more = """{"type":"record","name":"Chain","fields":[{"name":"gone","type":{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]}]}},{"name":"next","type":["null","Chain"]}]}""";
        Assert.Contains("nested more than 256 deep", Assert.Throws<MessageFormatException>(() => new AvroCodec<Chain>().Decode(bytes, AvroSchema.Parse(more))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_thousand_mutations_end_in_a_message_or_one_exception()
    {
        var codec = new AvroCodec<Message>();
        var output = new ArrayBufferWriter<byte>();
        codec.Encode(new("o-1", 7.25m, [new("a", 1), new("bcd", 2)], new() { ["k"] = [1, 2, 3] }, Guid.NewGuid(), TimeSpan.FromDays(2), Kind.B, new() { Next = new() }), output);
        var good = output.WrittenSpan.ToArray();
        var random = new Random(20_240_601);
        long most = 0;
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(good, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                codec.Decode(bytes);
            }
            catch (MessageFormatException)
            {
                refused++;
            }

            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(refused, Rounds / 4, Rounds - 1);
        Assert.True(most < 50_000, $"{most} bytes were allocated for a message of {good.Length}.");
    }

    private static int Rounds => Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 100_000 : 1_000_000;

    private static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = good[..random.Next(random.Next(3) == 0 ? 0 : good.Length, good.Length + 1)];
        for (var change = random.Next(1, 6); change > 0 && bytes.Length > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(4) switch
            {
                0 => 0xFF,
                1 => 0x80,
                _ => (byte)random.Next(256),
            };
        }

        return bytes;
    }

    private enum Kind
    {
        A,
        B,
    }

    private sealed class Chain
    {
        public Chain? Next { get; init; }
    }

    private sealed record Part(string Name, long Count);

    private sealed record Message(string Id, decimal Total, List<Part> Parts, Dictionary<string, byte[]> Blobs, Guid Event, TimeSpan Took, Kind Kind, Chain? Chain);
}
