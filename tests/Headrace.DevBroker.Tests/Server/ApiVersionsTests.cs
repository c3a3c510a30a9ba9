using System.Buffers.Binary;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Server;

public sealed class ApiVersionsTests
{
    // Key, lowest and highest version. librdkafka switches features on and off by exact versions in here, and aborts or hangs on some omissions: change nothing
    // without trying old and new clients.
    private static readonly (int Key, int Min, int Max)[] Advertised =
    [
        (0, 0, 11), (1, 4, 17), (2, 1, 10), (3, 0, 13), (8, 2, 9), (9, 1, 9), (10, 0, 6), (11, 0, 9), (12, 0, 4), (13, 0, 5), (14, 0, 5), (15, 0, 6), (16, 0, 5),
        (18, 0, 4), (19, 2, 7), (20, 1, 6), (21, 0, 2), (22, 0, 5), (23, 2, 4), (24, 0, 3), (25, 0, 3), (26, 0, 4), (28, 0, 4), (32, 1, 4), (33, 0, 2), (35, 1, 4), (37, 0, 3),
        (42, 0, 2), (43, 0, 2), (44, 0, 1), (46, 0, 0), (47, 0, 0), (60, 0, 1), (61, 0, 0), (65, 0, 0), (66, 0, 1), (68, 0, 1), (69, 0, 1), (75, 0, 0),
    ];

    [Fact]
    public async Task The_advertised_versions_are_exactly_these()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);

        // ApiVersions v0, correlation id 7, client id "me".
        await client.SendFrameAsync([0, 18, 0, 0, 0, 0, 0, 7, 0, 2, (byte)'m', (byte)'e']);
        var response = await client.ReceiveFrameAsync();

        byte[] expected = [0, 0, 0, 7, 0, 0, 0, 0, 0, (byte)Advertised.Length, .. Advertised.SelectMany(range => new[] { range.Key, range.Min, range.Max }.SelectMany(Short))];
        Assert.Equal(expected, response);
    }

    [Fact]
    public async Task The_flexible_response_has_a_header_without_tags()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);

        // v3: the header's tags, then name "a" and version "b" of the client in compact form, and the body's tags.
        await client.SendFrameAsync([0, 18, 0, 3, 0, 0, 0, 7, 0, 2, (byte)'m', (byte)'e', 0, 2, (byte)'a', 2, (byte)'b', 0]);
        var response = await client.ReceiveFrameAsync();

        byte[] expected =
        [
            0, 0, 0, 7, 0, 0, (byte)(Advertised.Length + 1),
            .. Advertised.SelectMany(range => new[] { range.Key, range.Min, range.Max }.SelectMany(Short).Append((byte)0)),
            0, 0, 0, 0, 0,
        ];
        Assert.Equal(expected, response);
    }

    [Fact]
    public async Task A_version_from_the_future_is_answered_in_version_zero_with_error_35_and_the_range()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);

        await client.SendFrameAsync([0, 18, 0, 9, 0, 0, 0, 7, 99, 99, 99]);

        Assert.Equal([0, 0, 0, 7, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4], await client.ReceiveFrameAsync());

        // And the connection is still good.
        await client.SendFrameAsync([0, 18, 0, 0, 0, 0, 0, 8, 255, 255]);
        Assert.Equal(8, BinaryPrimitives.ReadInt32BigEndian(await client.ReceiveFrameAsync()));
    }

    private static byte[] Short(int value)
    {
        var bytes = new byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
        return bytes;
    }
}
