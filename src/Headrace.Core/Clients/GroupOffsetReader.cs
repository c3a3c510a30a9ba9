using Headrace.Clients.Native;

namespace Headrace.Clients;

/// <summary>
/// Reads what groups have committed. Not with an admin client: one of those ends the process when a coordinator has moved (see <see cref="GroupOffsets"/>).
/// So it is a consumer that never joins, opened when first asked. Any thread.
/// </summary>
internal sealed class GroupOffsetReader : IDisposable
{
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly ClientEvents? _events;
    private readonly ClientListener _listener;
    private readonly Action<NativeError> _onError;
    private readonly Lock _lock = new();
    private ConsumerHandle? _client;
    private bool _isDisposed;

    /// <param name="settings">Client settings that are neither a producer's nor a consumer's.</param>
    /// <param name="events">Who may give tokens.</param>
    /// <param name="listener">Who hears what the client says of itself.</param>
    /// <param name="onError">Is told what the client says of its connections, on the thread that asks.</param>
    public GroupOffsetReader(IReadOnlyDictionary<string, string> settings, ClientEvents? events, ClientListener listener, Action<NativeError> onError) =>
        (_settings, _events, _listener, _onError) = (settings, events, listener, onError);

    /// <summary>Asks once; waits at most about <paramref name="timeout"/>.</summary>
    public NativeError Read(string group, TimeSpan timeout, out IReadOnlyList<TopicPartitionEntry> offsets)
    {
        var client = Open(group);
        try
        {
            // It may ask for a token, without which it would ask nobody.
            TakeEvents(client);
            var error = client.ReadOffsetsOf(group, timeout, out offsets);
            TakeEvents(client);
            if (error.Code == ErrorCode.NotCoordinator)
            {
                // The library keeps a coordinator for as long as it is asked for, wherever the group has gone: only a new client looks again.
                Close(client);
            }

            return error;
        }
        catch (ObjectDisposedException) when (!Volatile.Read(ref _isDisposed))
        {
            // Another thread has found that the coordinator moved.
            offsets = [];
            return new(ErrorCode.NotCoordinator);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _client?.Dispose();
            _client = null;
        }
    }

    private ConsumerHandle Open(string group)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_client is null)
            {
                using var configuration = ClientSettings.For(ClientRole.Fetch, new Dictionary<string, string>(_settings) { ["group.id"] = group }, _events).HeardBy(_listener).CreateConfiguration();
                _client = new(configuration, EventKinds.Error | EventKinds.Log);
            }

            return _client;
        }
    }

    // Under the lock: nobody takes events of a client that goes. Those who wait for an answer of it are waited for by the client.
    private void Close(ConsumerHandle client)
    {
        lock (_lock)
        {
            if (_client == client)
            {
                client.Dispose();
                _client = null;
            }
        }
    }

    private void TakeEvents(ConsumerHandle client)
    {
        lock (_lock)
        {
            while (_client == client)
            {
                using var next = client.Queue.Poll(TimeSpan.Zero);
                if (next.IsEmpty)
                {
                    return;
                }

                client.Queue.Hear(next);
                // The library's own codes are about connections; a broker's is about a group that this client is not in.
                if (next.Kind == EventKinds.Error && next.Error is { Code: < ErrorCode.Unknown } error)
                {
                    _onError(error);
                }
            }
        }
    }
}
