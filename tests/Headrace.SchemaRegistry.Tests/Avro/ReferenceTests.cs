using Headrace.Avro;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Avro;

/// <summary>Random schemas and values, compared with Avro's own libraries: for Python, and for Java where resolution is concerned (Python's lacks promotions inside arrays).</summary>
public sealed class ReferenceTests
{
    private static int Rounds => Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 500 : 100_000;

    [Fact]
    public void What_we_write_reads_there_and_what_it_writes_reads_here()
    {
        using var python = PythonAvro.Start();
        var random = new RandomAvro(seed: 7);
        for (var round = 0; round < Rounds; round++)
        {
            var json = random.Schema().ToJsonString();
            var codec = new AvroCodec<object?>(AvroSchema.Parse(json));
            var ours = Hex.Of(codec, random.Value(codec.Schema));
            var theirs = python.Translate(json, json, ours);
            Assert.True(theirs == ours, $"{json}\nours {ours}\ntheirs {theirs ?? python.LastError}");
            Assert.Equal(ours, Hex.Of(codec, Hex.Read(codec, theirs!)));
        }
    }

    [Fact]
    public void What_we_write_the_reference_implementation_reads_and_writes_again()
    {
        using var java = JavaAvro.Start();
        var random = new RandomAvro(seed: 9);
        for (var round = 0; round < Rounds; round++)
        {
            var json = random.Schema().ToJsonString();
            var codec = new AvroCodec<object?>(AvroSchema.Parse(json));
            var ours = Hex.Of(codec, random.Value(codec.Schema));
            var theirs = java.Translate(json, json, ours);
            Assert.True(theirs == ours, $"{json}\nours {ours}\ntheirs {theirs ?? java.LastAnswer}");
            Assert.Equal(ours, Hex.Of(codec, Hex.Read(codec, theirs!)));
        }
    }

    [Fact]
    public void Resolution_gives_what_it_gives_there()
    {
        using var java = JavaAvro.Start();
        var random = new RandomAvro(seed: 11);
        var (read, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var before = random.Record();
            var (writer, reader) = (before.ToJsonString(), random.Changed(before).ToJsonString());
            var codec = new AvroCodec<object?>(AvroSchema.Parse(writer));
            var bytes = Hex.Of(codec, random.Value(codec.Schema));
            var ours = Ours(writer, reader, bytes);
            var theirs = java.Translate(writer, reader, bytes);
            Assert.True(ours == theirs, $"writer {writer}\nreader {reader}\nbytes {bytes}\nours {ours}\ntheirs {theirs ?? java.LastAnswer}");
            (read, refused) = ours is null ? (read, refused + 1) : (read + 1, refused);
        }

        Assert.True(read > Rounds / 5 && refused > Rounds / 30, $"Too one-sided to tell anything: {read} read, {refused} refused.");
    }

    [Fact]
    public void Verdicts_of_compatibility_are_the_same_there()
    {
        using var java = JavaAvro.Start();
        var random = new RandomAvro(seed: 13);
        var compatible = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var before = random.Record();
            var (writer, reader) = (before.ToJsonString(), random.Changed(before).ToJsonString());
            var faults = ResolvedFaults.Of(AvroResolver.Resolve(AvroSchema.Parse(writer), AvroSchema.Parse(reader)));
            Assert.True(java.CanRead(writer, reader) == (faults.Count == 0), $"writer {writer}\nreader {reader}\nours {string.Join("; ", faults)}\ntheirs {java.LastAnswer}");
            compatible += faults.Count == 0 ? 1 : 0;
        }

        Assert.InRange(compatible, Rounds / 5, Rounds * 9 / 10);
    }

    private static string? Ours(string writer, string reader, string bytes)
    {
        try
        {
            var codec = new AvroCodec<object?>(AvroSchema.Parse(reader));
            return Hex.Of(codec, Hex.Read(codec, bytes, writer));
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }
}
