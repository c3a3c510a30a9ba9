namespace Headrace.Clients.Native;

/// <summary>
/// Owns an <c>rd_kafka_t</c>: what consumers and producers have in common.
/// </summary>
/// <remarks>
/// The library's own functions are safe for many threads; who may call what is said by <see cref="ConsumerHandle"/> and <see cref="ProducerHandle"/>.
/// Destroying waits for ever while a message or an event of the client is held, so it is done on a thread of its own with a deadline; a client that
/// misses it is left to the end of the process. It also waits for calls that are under way on other threads (<see cref="Enter"/>): the library would
/// read freed memory.
/// </remarks>
internal sealed unsafe class NativeClient
{
    internal const int Producer = 0;
    internal const int Consumer = 1;
    private const int DestroyWithoutClose = 0x8;
    private readonly HashSet<QueueHandle> _queues = [];
    private readonly ClientListener? _listener;
    private readonly TokenRefresh? _tokens;
    private nint _client;
    private int _callers;

    public NativeClient(int type, NativeConfiguration configuration)
    {
        _listener = configuration.Listener;
        _tokens = _listener is { GivesTokens: true } listener ? new(this, listener) : null;
        _client = configuration.CreateClient(type);
        Name = NativeError.Text(Librdkafka.rd_kafka_name(_client))!;
    }

    /// <summary>The client's name in the library's logs.</summary>
    public string Name { get; }

    public int Calls => Volatile.Read(ref _callers);

    public nint Native => _client != 0 ? _client : throw new ObjectDisposedException(nameof(NativeClient));

    /// <summary>The error that ended the client for good; success while there is none.</summary>
    public NativeError FatalError()
    {
        const int Size = 512;
        var text = stackalloc byte[Size];
        var code = Librdkafka.rd_kafka_fatal_error(Native, text, Size);
        return code == 0 ? default : new((ErrorCode)code, NativeError.Text((nint)text), IsFatal: true);
    }

    /// <summary>
    /// The brokers and topics of the cluster, asked of a broker; at most <paramref name="timeout"/>. With <paramref name="onlyKnownTopics"/> only topics
    /// that the client uses already: cheap, and it warms the client up.
    /// </summary>
    public NativeError TryReadMetadata(bool onlyKnownTopics, TimeSpan timeout, out ClusterMetadata metadata)
    {
        using var call = Enter();
        var error = Librdkafka.rd_kafka_metadata(call.Client, onlyKnownTopics ? 0 : 1, 0, out var raw, QueueHandle.Milliseconds(timeout));
        metadata = ClusterMetadata.Empty;
        if (error == 0)
        {
            metadata = ClusterMetadata.Read(raw);
            Librdkafka.rd_kafka_metadata_destroy(raw);
        }

        return NativeError.Of(error);
    }

    /// <summary>Does what an event asks of the client itself, and tells the listener. Called by the thread that polls, for every event that is not about records.</summary>
    public void Hear(in NativeEvent next)
    {
        switch (next.Kind)
        {
            case EventKinds.TokenRefresh:
                _tokens?.Begin();
                break;
            case EventKinds.Statistics:
                _listener?.Statistics(next.Statistics ?? "{}");
                break;
            case EventKinds.Error:
                _listener?.Failed(next.Error);
                break;
            default:
                break;
        }
    }

    /// <summary>Says why the token cannot be used; <see langword="null"/> when the client has taken it.</summary>
    public string? SetToken(OAuthBearerToken token)
    {
        const int Size = 512;
        var error = stackalloc byte[Size];
        var extensions = token.Extensions.SelectMany(static extension => new[] { extension.Key, extension.Value }).ToArray();
        using var call = Enter();
        var code = Librdkafka.rd_kafka_oauthbearer_set_token(
            call.Client, token.Value, token.ExpiresAt.ToUnixTimeMilliseconds(), token.Principal, extensions, (nuint)extensions.Length, error, Size);
        return code == 0 ? null : NativeError.Text((nint)error);
    }

    /// <summary>There is no token; the client says why, and asks again in 10 s.</summary>
    public void RefuseToken(string reason)
    {
        using var call = Enter();
        _ = Librdkafka.rd_kafka_oauthbearer_set_token_failure(call.Client, reason);
    }

    /// <summary>Closes its queues and destroys it; false when that took longer, and the handle is left to the end of the process.</summary>
    public bool Destroy(TimeSpan deadline)
    {
        _tokens?.Dispose();
        foreach (var queue in Open())
        {
            queue.Dispose();
        }

        if (Interlocked.Exchange(ref _client, 0) is not (not 0 and var client))
        {
            return true;
        }

        var destroying = new Thread(() => DestroyWhenLeft(client)) { IsBackground = true, Name = "headrace-destroy" };
        destroying.Start();
        return destroying.Join(deadline);
    }

    /// <summary>Keeps the client from being destroyed during a call that waits for a broker. Throws when it is destroyed already.</summary>
    internal Call Enter()
    {
        // Counted before the pointer is read, and the pointer is cleared before the count is read: one of the two sees the other.
        Interlocked.Increment(ref _callers);
        if (Volatile.Read(ref _client) is not 0 and var client)
        {
            return new(this, client);
        }

        Interlocked.Decrement(ref _callers);
        throw new ObjectDisposedException(nameof(NativeClient));
    }

    internal void Opened(QueueHandle queue)
    {
        lock (_queues)
        {
            _queues.Add(queue);
        }
    }

    internal void Closed(QueueHandle queue)
    {
        lock (_queues)
        {
            _queues.Remove(queue);
        }
    }

    private void DestroyWhenLeft(nint client)
    {
        SpinWait.SpinUntil(() => Volatile.Read(ref _callers) == 0);
        Librdkafka.rd_kafka_destroy_flags(client, DestroyWithoutClose);
    }

    private QueueHandle[] Open()
    {
        lock (_queues)
        {
            return [.. _queues];
        }
    }

    /// <summary>One call that is under way.</summary>
    internal readonly ref struct Call(NativeClient owner, nint client)
    {
        public nint Client { get; } = client;

        public void Dispose() => Interlocked.Decrement(ref owner._callers);
    }
}
