using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Wire;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Testing;

/// <summary>One connection that speaks the protocol by the broker's own message definitions, the other way round.</summary>
internal sealed class WireClient : IAsyncDisposable
{
    private static readonly RequestTable Table = new();
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private int _lastCorrelationId;

    private WireClient(TcpClient tcp) => (_tcp, _stream) = (tcp, tcp.GetStream());

    public static async Task<WireClient> ConnectAsync(string bootstrapServers)
    {
        var parts = bootstrapServers.Split(':');
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(parts[0], int.Parse(parts[1]), TestContext.Current.CancellationToken);
        return new WireClient(tcp);
    }

    public async Task<TResponse> SendAsync<TResponse>(KafkaApi key, int version, IWireMessage request) where TResponse : IWireMessage, new()
    {
        var correlationId = await PostAsync(key, version, request);
        return await ReceiveAsync<TResponse>(key, version, correlationId);
    }

    /// <summary>Sends without waiting for a response. Returns the correlation id.</summary>
    public async Task<int> PostAsync(KafkaApi key, int version, IWireMessage request)
    {
        var correlationId = ++_lastCorrelationId;
        await SendFrameAsync(Encode(key, (short)version, correlationId, request));
        return correlationId;
    }

    public async Task<TResponse> ReceiveAsync<TResponse>(KafkaApi key, int version, int correlationId) where TResponse : IWireMessage, new()
    {
        var frame = await ReceiveFrameAsync() ?? throw new IOException($"The broker closed the connection instead of answering {key} v{version}.");
        return Decode<TResponse>(key, version, correlationId, frame);
    }

    public async Task SendFrameAsync(byte[] frame)
    {
        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, frame.Length);
        await SendRawAsync([.. prefix, .. frame]);
    }

    public async Task SendRawAsync(byte[] bytes) => await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Null: the broker closed the connection.</summary>
    public async Task<byte[]?> ReceiveFrameAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var prefix = new byte[sizeof(int)];
            await _stream.ReadExactlyAsync(prefix, deadline.Token);
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
            await _stream.ReadExactlyAsync(frame, deadline.Token);
            return frame;
        }
        catch (Exception fault) when (fault is EndOfStreamException or IOException)
        {
            return null;
        }
    }

    public bool HasReceived => _tcp.Available > 0;

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    public static byte[] Encode(KafkaApi key, short version, int correlationId, IWireMessage request, string? clientId = "wire-test")
    {
        var output = new WireOutput();
        var wire = new WireWriter(output);
        var number = (short)key;
        wire.Int16(ref number);
        wire.Int16(ref version);
        wire.Int32(ref correlationId);
        wire.NullableString(ref clientId);
        wire.Flexible = Table.Find(key)!.IsFlexible(version);
        wire.Tags();
        request.Walk(ref wire, version);
        wire.Complete();
        return Codec.BytesOf(output);
    }

    private static TResponse Decode<TResponse>(KafkaApi key, int version, int correlationId, byte[] frame) where TResponse : IWireMessage, new()
    {
        var wire = new WireReader(new ReadOnlySequence<byte>(frame));
        var answered = 0;
        wire.Int32(ref answered);
        Assert.Equal(correlationId, answered);
        wire.Flexible = Table.Find(key)!.IsFlexible(version);
        if (key != KafkaApi.ApiVersions)
        {
            wire.Tags();
        }

        var response = new TResponse();
        response.Walk(ref wire, version);
        Assert.Equal(0, wire.Remaining);
        return response;
    }
}
