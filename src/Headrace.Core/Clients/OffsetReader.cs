using Headrace.Clients.Native;

namespace Headrace.Clients;

/// <summary>
/// Reads what groups have committed, and where logs begin and end, through consumers that never join: one for each group. An admin client must not be asked: it
/// ends the process when the coordinator has moved, when its connection breaks at the wrong moment (confluentinc/librdkafka#5040 and #5397), and when offsets are
/// asked for while a topic is being made (an assertion in rd_kafka_enq_once_del_source_return, seen with 2.14.2). Any thread.
/// </summary>
internal sealed class OffsetReader : IDisposable
{
    private const int MostClients = 16;
    // Nobody's: a client without a group is not made.
    private const string NoGroup = "headrace-offsets";
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly ClientEvents? _events;
    private readonly ClientListener _listener;
    private readonly Action<NativeError> _onError;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConsumerHandle> _clients = new(StringComparer.Ordinal);
    private bool _isDisposed;

    /// <param name="settings">Client settings that are neither a producer's nor a consumer's.</param>
    /// <param name="events">Who may give tokens.</param>
    /// <param name="listener">Who hears what a client says of itself.</param>
    /// <param name="onError">Is told what a client says of its connections, on the thread that asks.</param>
    public OffsetReader(IReadOnlyDictionary<string, string> settings, ClientEvents? events, ClientListener listener, Action<NativeError> onError) =>
        (_settings, _events, _listener, _onError) = (settings, events, listener, onError);

    /// <summary>Asks the group's coordinator, wherever it has gone; waits for it at most <paramref name="timeout"/>.</summary>
    public NativeError Read(string group, IEnumerable<TopicPartitionEntry> partitions, TimeSpan timeout, out IReadOnlyList<TopicPartitionEntry> offsets)
    {
        var client = Open(group);
        using var list = new TopicPartitionList(partitions);
        try
        {
            // It may ask for a token, without which it would ask nobody.
            TakeEvents(group, client);
            var error = client.ReadCommitted(list, timeout);
            offsets = list.Read();
            var refusal = TakeEvents(group, client);
            return error.IsNone ? new(offsets.FirstOrDefault(static entry => entry.Error != ErrorCode.None).Error) : refusal.IsNone ? error : refusal;
        }
        catch (ObjectDisposedException) when (!Volatile.Read(ref _isDisposed))
        {
            // Other groups have taken its place.
            offsets = [];
            return new(ErrorCode.CoordinatorNotAvailable);
        }
    }

    /// <summary>Asks the leaders once: <see cref="TopicPartitionEntry.Beginning"/> or <see cref="TopicPartitionEntry.End"/> as an offset is replaced by what it is, for those who read committed records.</summary>
    public NativeError Find(IEnumerable<TopicPartitionEntry> partitions, TimeSpan timeout, out IReadOnlyList<TopicPartitionEntry> offsets)
    {
        using var list = new TopicPartitionList(partitions);
        try
        {
            var client = Open(NoGroup);
            // It may ask for a token.
            TakeEvents(NoGroup, client);
            var error = client.FindOffsetsByTime(list, timeout);
            offsets = list.Read();
            if (!error.IsNone || offsets.Any(static entry => entry.Error != ErrorCode.None))
            {
                // What it knows of the leaders may be older than the topic's last partitions.
                client.TryReadMetadata(onlyKnownTopics: false, timeout, out _);
            }

            // A refusal there would be about the group, which is nobody's.
            TakeEvents(NoGroup, client);
            return error;
        }
        catch (ObjectDisposedException) when (!Volatile.Read(ref _isDisposed))
        {
            offsets = [];
            return new(ErrorCode.Transport);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            CloseAll();
        }
    }

    private ConsumerHandle Open(string group)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_clients.TryGetValue(group, out var client))
            {
                if (_clients.Count == MostClients)
                {
                    CloseAll();
                }

                using var configuration = ClientSettings.For(ClientRole.Fetch, new Dictionary<string, string>(_settings) { ["group.id"] = group }, _events).HeardBy(_listener).CreateConfiguration();
                _clients[group] = client = new(configuration, EventKinds.Error | EventKinds.Log);
            }

            return client;
        }
    }

    // Under the lock: nobody takes events of a client that goes. Those who wait for an answer of it are waited for by the client.
    private void CloseAll()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _clients.Clear();
    }

    /// <summary>Says what the broker has refused to the group; the read itself only knows that it took too long.</summary>
    private NativeError TakeEvents(string group, ConsumerHandle client)
    {
        var refusal = default(NativeError);
        lock (_lock)
        {
            while (_clients.GetValueOrDefault(group) == client)
            {
                using var next = client.Queue.Poll(TimeSpan.Zero);
                if (next.IsEmpty)
                {
                    break;
                }

                client.Queue.Hear(next);
                if (next.Kind != EventKinds.Error)
                {
                    continue;
                }

                // The library's own codes are about connections.
                if (next.Error.Code < ErrorCode.Unknown)
                {
                    _onError(next.Error);
                }
                else
                {
                    refusal = next.Error;
                }
            }
        }

        return refusal;
    }
}
