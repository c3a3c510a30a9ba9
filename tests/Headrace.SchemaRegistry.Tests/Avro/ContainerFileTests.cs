using System.Text.Json;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Avro;

/// <summary>Random schemas and values through the tools of Avro's library for C, which Debian has as avro-bin.</summary>
public sealed class ContainerFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-avro").FullName;

    private static int Rounds => Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 40 : 2_000;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Avrocat_prints_what_we_wrote_and_avromod_writes_the_same_bytes()
    {
        AvroFile.SkipWithoutTools();
        var random = new RandomAvro(seed: 29);
        for (var round = 0; round < Rounds; round++)
        {
            var json = random.Record().ToJsonString();
            var codec = new AvroCodec<object?>(AvroSchema.Parse(json));
            var values = Enumerable.Range(0, 5).Select(_ => random.Value(codec.Schema)).ToList();
            var bytes = values.ConvertAll(value => Hex.Of(codec, value));
            var (ours, theirs) = (Path.Combine(_folder, "ours.avro"), Path.Combine(_folder, "theirs.avro"));
            File.WriteAllBytes(ours, AvroFile.Write(json, bytes));

            var printed = AvroFile.Run("avrocat", ours).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(values.Count, printed.Length);
            foreach (var (value, text) in values.Zip(printed))
            {
                var expected = AvroText.Of(codec.Schema, value)!.ToJsonString();
                Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(text)), $"{json}\nours {expected}\ntheirs {text}");
            }

            AvroFile.Run("avromod", "--codec=null", ours, theirs);
            var again = AvroFile.Read(File.ReadAllBytes(theirs));
            Assert.True(again == string.Concat(bytes), $"{json}\nours {string.Concat(bytes)}\ntheirs {again}");
        }
    }
}
