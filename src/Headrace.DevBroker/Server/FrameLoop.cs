using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Headrace.Broker.Requests;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Server;

/// <summary>Serves one connection: a frame in, its response out, strictly in order, as Kafka does.</summary>
/// <remarks>The connection goes on reading the socket while a handler waits, so a client that hangs up is noticed at once.</remarks>
internal sealed class FrameLoop(SocketConnection connection, ClientConnection client, BrokerState broker, ServerParts parts, ILogger logger)
    : IDisposable
{
    // Responses to pipelined requests leave together, up to this size.
    private const int FlushAt = 256 * 1024;

    private readonly PipeReader _input = connection.Input;
    private readonly SocketWriter _output = connection.Output;
    private readonly WireOutput _frame = new();
    private ReadOnlySequence<byte> _unserved;
    private Task<ReadResult>? _ahead;
    private CancellationTokenSource _nextHasCome = new();

    /// <summary>Returns when the client hangs up, the connection is aborted, or the client sent what cannot be served.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await ServeReadyFramesAsync())
            {
            }
        }
        catch (WireException fault)
        {
            logger.LogWarning("Connection {Connection} from {Client} is closed: {Reason}", client.Id, client.Host, fault.Message);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            logger.LogDebug("Connection {Connection} from {Client} ended: {Reason}", client.Id, client.Host, fault.Message);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Connection {Connection} from {Client} is closed: a request failed.", client.Id, client.Host);
        }
    }

    public void Dispose() => _nextHasCome.Dispose();

    private async ValueTask<bool> ServeReadyFramesAsync()
    {
        var read = _ahead is { } ahead ? await ahead : await _input.ReadAsync();
        _ahead = null;
        _unserved = read.Buffer;
        while (Frame.TryTake(ref _unserved, out var frame))
        {
            await ServeAsync(frame);
        }

        if (_output.UnflushedBytes > 0)
        {
            await _output.FlushAsync();
        }

        if (_ahead is null)
        {
            // Not before: what a Produce request carries is copied out of the pipe's own memory.
            _input.AdvanceTo(_unserved.Start, _unserved.End);
        }

        return !read.IsCompleted;
    }

    private async ValueTask ServeAsync(ReadOnlySequence<byte> frame)
    {
        await parts.Gate.PassAsync(client.Closed);
        broker.Metrics.Received(frame.Length);
        RenewNextHasCome();
        var began = broker.Metrics.TimesRequests ? broker.Time.GetTimestamp() : 0;
        var call = Parse(frame);
        if (call.Request is null)
        {
            // ApiVersions in a version from the future: the one case where the answer has another version than the question.
            Frame.WriteResponse(_frame, call.Handler, version: 0, call.CorrelationId, ApiVersionsHandler.AnswerToUnknownVersion(call.Handler));
            await _frame.WriteToAsync(_output);
            return;
        }

        if (parts.EndsWaitsEarly && call.Request is ListOffsetsRequest or OffsetForLeaderEpochRequest)
        {
            client.AskedForOffsetsAt = broker.Time.GetTimestamp();
        }

        var pending = parts.Faults.InvokeAsync(call.Handler, new RequestContext(call.Version, call.ClientId, client, broker), call.Request);
        var response = pending.IsCompletedSuccessfully ? pending.Result : await WaitAsync(pending, call.Request);
        await parts.Gate.PassAsync(client.Closed);
        if (response is not null)
        {
            Frame.WriteResponse(_frame, call.Handler, call.Version, call.CorrelationId, response);
            broker.Metrics.Sent(_frame.Length);
            await _frame.WriteToAsync(_output);
        }

        if (began != 0)
        {
            broker.Metrics.Served(call.Handler.Name, broker.Time.GetElapsedTime(began).TotalSeconds);
        }

        if (_output.UnflushedBytes > FlushAt || client.MutedFor > TimeSpan.Zero)
        {
            await _output.FlushAsync();
            await StayMutedAsync();
        }
    }

    private async ValueTask StayMutedAsync()
    {
        var muted = client.MutedFor;
        client.MutedFor = TimeSpan.Zero;
        if (muted > TimeSpan.Zero)
        {
            await Task.Delay(muted, broker.Time, client.Closed);
        }
    }

    private async ValueTask<IWireMessage?> WaitAsync(ValueTask<IWireMessage?> pending, IWireMessage request)
    {
        if (_output.UnflushedBytes > 0)
        {
            await _output.FlushAsync();
        }

        var answer = pending.AsTask();
        if (parts.EndsWaitsEarly && request is FetchRequest)
        {
            await WatchForNextAsync(answer);
        }

        return await answer.WaitAsync(client.Closed);
    }

    // A fetch keeps nothing of the pipe's memory, so the connection may be read while it waits. Another fetch may wait behind it: ending this one for
    // that one's sake would make a client that sends several at a time spin.
    private async Task WatchForNextAsync(Task answer)
    {
        var next = _unserved;
        if (next.IsEmpty)
        {
            _input.AdvanceTo(next.End);
            _ahead = _input.ReadAsync().AsTask();
            if (await Task.WhenAny(_ahead, answer) == answer)
            {
                return;
            }

            next = (await _ahead).Buffer;
        }

        if (Frame.KeyOf(next) != KafkaApi.Fetch)
        {
            await _nextHasCome.CancelAsync();
        }
    }

    private void RenewNextHasCome()
    {
        if (_nextHasCome.IsCancellationRequested)
        {
            _nextHasCome.Dispose();
            _nextHasCome = new CancellationTokenSource();
        }

        client.NextHasCome = _nextHasCome.Token;
    }

    private Call Parse(ReadOnlySequence<byte> frame)
    {
        var wire = new WireReader(frame);
        var header = RequestHeader.Read(ref wire);
        if (parts.Table.Find(header.Key) is not { } handler)
        {
            throw new WireException($"API key {(short)header.Key} is not served by the development broker (it is not in its ApiVersions either).");
        }

        if (header.Version < handler.FirstServed || header.Version > handler.MaxVersion)
        {
            return handler.Key == KafkaApi.ApiVersions
                ? new Call(handler, header.Version, header.CorrelationId, ClientId: null, Request: null)
                : throw new WireException($"{header.Key} v{header.Version} is not served; v{handler.FirstServed} to v{handler.MaxVersion} are.");
        }

        var clientId = RequestHeader.ReadClientId(ref wire, handler.IsFlexible(header.Version));
        var request = handler.NewRequest();
        request.Walk(ref wire, header.Version);
        return new Call(handler, header.Version, header.CorrelationId, clientId, request);
    }

    private readonly record struct Call(RequestHandler Handler, int Version, int CorrelationId, string? ClientId, IWireMessage? Request);
}
