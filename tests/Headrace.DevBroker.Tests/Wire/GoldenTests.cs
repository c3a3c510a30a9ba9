using System.Buffers;
using Headrace.Broker.Requests;
using Headrace.Broker.Server;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Wire;

/// <summary>
/// What others wrote: requests of the clients that the files name, and what Apache Kafka 4.3.1 answered. Each was recorded between the two, which were left to agree on versions that this broker serves too.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Wire", "Golden");
    private static readonly RequestTable Table = new();


    public static TheoryData<string> Recordings => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Fact]
    public void There_is_a_recording_of_every_request() =>
        Assert.Equal(Table.All.Select(handler => handler.Name).Order(), Recordings.Select(file => file.Data.Split('_')[1]).Order());

    [Theory]
    [MemberData(nameof(Recordings))]
    public void What_a_client_asked_and_Kafka_answered_is_read_and_written_to_the_byte(string file)
    {
        var lines = File.ReadLines(Path.Combine(Folder, file + ".txt")).Where(line => !line.StartsWith('#')).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines.Chunk(2), exchange =>
        {
            Assert.Equal((">", "<"), (exchange[0][..1], exchange[1][..1]));
            var (handler, version) = AssertRequest(Convert.FromHexString(exchange[0][2..]));
            Assert.Equal(file.Split('_')[1], handler.Name);
            AssertResponse(Convert.FromHexString(exchange[1][2..]), handler, version);
        });
    }

    private static (RequestHandler Handler, int Version) AssertRequest(byte[] recorded)
    {
        var wire = new WireReader(new ReadOnlySequence<byte>(recorded));
        var header = RequestHeader.Read(ref wire);
        var handler = Table.Find(header.Key)!;
        var client = RequestHeader.ReadClientId(ref wire, handler.IsFlexible(header.Version));
        var request = handler.NewRequest();
        request.Walk(ref wire, header.Version);

        Assert.Equal(0, wire.Remaining);
        Assert.Equal(recorded, WireClient.Encode(header.Key, header.Version, header.CorrelationId, request, client));
        return (handler, header.Version);
    }

    private static void AssertResponse(byte[] recorded, RequestHandler handler, int version)
    {
        var wire = new WireReader(new ReadOnlySequence<byte>(recorded));
        var correlationId = 0;
        wire.Int32(ref correlationId);
        wire.Flexible = handler.IsFlexible(version);
        if (handler.Key != KafkaApi.ApiVersions)
        {
            wire.Tags();
        }

        var response = handler.NewResponse();
        response.Walk(ref wire, version);
        Assert.Equal(0, wire.Remaining);
        var output = new WireOutput();
        Frame.WriteResponse(output, handler, version, correlationId, response);
        var written = Codec.BytesOf(output);
        if (handler.Key == KafkaApi.ApiVersions && handler.IsFlexible(version))
        {
            // The features of a cluster, tagged, which this broker has none of. The number of tagged fields is the last that is the same.
            (recorded, written) = (recorded[..(written.Length - 1)], written[..^1]);
        }

        Assert.Equal(recorded, written);
    }
}
