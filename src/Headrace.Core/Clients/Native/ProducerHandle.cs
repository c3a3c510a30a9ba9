using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Headrace.Clients.Native;

/// <summary>Owns one native producer.</summary>
/// <remarks>
/// Threads: <see cref="Produce"/> and the questions from any; <see cref="Queue"/> from one, which also takes the delivery events. Order at the end:
/// <see cref="Flush"/> or <see cref="Purge"/>, the delivery events taken, nobody in <see cref="Produce"/> any more, <see cref="Destroy"/>.
/// </remarks>
internal sealed unsafe class ProducerHandle : IDisposable
{
    private const int CopyValue = 0x2;
    private const int AnyPartition = -1;
    private const int FixedArguments = 7;
    private const int ArgumentsOnStack = 24;
    private const int HeaderBytesOnStack = 1024;
    private static readonly TimeSpan DisposeDeadline = TimeSpan.FromSeconds(5);

    // A topic handle spares the library a look-up by name for every record. A service produces to few topics; they live as long as the producer.
    private readonly ConcurrentDictionary<string, nint> _topics = new(StringComparer.Ordinal);
    private readonly Lock _newTopic = new();
    private readonly NativeClient _client;
    private volatile LastTopic? _lastTopic;

    /// <summary>Takes the configuration over. Throws when the library refuses it.</summary>
    public ProducerHandle(NativeConfiguration configuration, EventKinds events)
    {
        configuration.EnableEvents(events);
        _client = new(NativeClient.Producer, configuration);
        Queue = new(_client, Librdkafka.rd_kafka_queue_get_main(_client.Native));
    }

    /// <summary>The producer's queue: delivery reports, errors, logs, statistics.</summary>
    public QueueHandle Queue { get; }

    public string Name => _client.Name;

    /// <summary>Records and requests that are not done, delivery reports that were not taken included.</summary>
    public int Outstanding => Librdkafka.rd_kafka_outq_len(_client.Native);

    /// <summary>
    /// Gives a record to the library, which copies it. Success means that one delivery with this opaque will come; any error means that none will.
    /// </summary>
    public NativeError Produce(in OutgoingBytes record, nint opaque)
    {
        var topic = TopicHandle(record.Topic);
        if (topic == 0)
        {
            return NativeError.Of(Librdkafka.rd_kafka_last_error());
        }

        fixed (byte* key = record.Key, value = record.Value)
        {
            // An empty span has a null pointer, which would be no key or a tombstone.
            byte nothing;
            var keyPointer = record.HasKey ? key is null ? &nothing : key : null;
            var valuePointer = record.IsTombstone ? null : value is null ? &nothing : value;
            if (record.Headers is { Count: > 0 } || record.Timestamp is not null)
            {
                return ProduceWithArguments(record, topic, keyPointer, valuePointer, opaque);
            }

            return Librdkafka.rd_kafka_produce(
                topic, record.Partition ?? AnyPartition, CopyValue, valuePointer, (nuint)record.Value.Length, keyPointer, (nuint)record.Key.Length, opaque) == 0
                ? default
                : NativeError.Of(Librdkafka.rd_kafka_last_error());
        }
    }

    /// <summary>Waits until everything is delivered or has failed; the delivery events must be taken by another thread meanwhile.</summary>
    public NativeError Flush(TimeSpan timeout) => NativeError.Of(Librdkafka.rd_kafka_flush(_client.Native, QueueHandle.Milliseconds(timeout)));

    /// <summary>Fails what is queued, and what is on its way to a broker (possibly persisted); the delivery events come later.</summary>
    public NativeError Purge()
    {
        const int QueuedAndInFlightWithoutWaiting = 0x1 | 0x2 | 0x4;
        return NativeError.Of(Librdkafka.rd_kafka_purge(_client.Native, QueuedAndInFlightWithoutWaiting));
    }

    /// <summary>Makes the producer transactional for good: fences earlier ones of its id and ends their transactions. Waits for the coordinator, as all of these.</summary>
    public NativeError InitTransactions(TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Take(Librdkafka.rd_kafka_init_transactions(call.Client, QueueHandle.Milliseconds(timeout)));
    }

    public NativeError BeginTransaction()
    {
        using var call = _client.Enter();
        return NativeError.Take(Librdkafka.rd_kafka_begin_transaction(call.Client));
    }

    /// <summary>Puts a group's offsets into the transaction, with the group's metadata of the moment in which they were true.</summary>
    public NativeError SendOffsets(TopicPartitionList offsets, nint groupMetadata, TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Take(Librdkafka.rd_kafka_send_offsets_to_transaction(call.Client, offsets.Native, groupMetadata, QueueHandle.Milliseconds(timeout)));
    }

    /// <summary>A retriable error leaves the transaction as it is: only the same call may follow.</summary>
    public NativeError CommitTransaction(TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Take(Librdkafka.rd_kafka_commit_transaction(call.Client, QueueHandle.Milliseconds(timeout)));
    }

    /// <inheritdoc cref="CommitTransaction"/>
    public NativeError AbortTransaction(TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Take(Librdkafka.rd_kafka_abort_transaction(call.Client, QueueHandle.Milliseconds(timeout)));
    }

    public NativeError TryReadMetadata(bool onlyKnownTopics, TimeSpan timeout, out ClusterMetadata metadata) =>
        _client.TryReadMetadata(onlyKnownTopics, timeout, out metadata);

    public NativeError FatalError() => _client.FatalError();

    /// <summary>For tests: makes the producer fatal as an idempotence error would.</summary>
    public NativeError FailFatally(ErrorCode code, string reason) => NativeError.Of(Librdkafka.rd_kafka_test_fatal_error(_client.Native, (int)code, reason));

    /// <summary>Destroys it; false when that took longer than the deadline, and the handle is abandoned.</summary>
    public bool Destroy(TimeSpan deadline)
    {
        lock (_newTopic)
        {
            foreach (var topic in _topics.Values)
            {
                Librdkafka.rd_kafka_topic_destroy(topic);
            }

            _topics.Clear();
        }

        return _client.Destroy(deadline);
    }

    public void Dispose() => Destroy(DisposeDeadline);

    private NativeError ProduceWithArguments(in OutgoingBytes record, nint topic, byte* key, byte* value, nint opaque)
    {
        var headers = record.Headers;
        var headerCount = headers?.Count ?? 0;
        var capacity = FixedArguments + headerCount;
        var arguments = capacity <= ArgumentsOnStack ? stackalloc RawProduceArgument[ArgumentsOnStack] : new RawProduceArgument[capacity];
        var count = 0;
        arguments[count++] = RawProduceArgument.Of(RawProduceArgument.TopicHandle, topic);
        arguments[count++] = RawProduceArgument.Of(RawProduceArgument.Partition, record.Partition ?? AnyPartition);
        arguments[count++] = RawProduceArgument.Of(RawProduceArgument.Flags, CopyValue);
        arguments[count++] = RawProduceArgument.Of(RawProduceArgument.Value, (nint)value, record.Value.Length);
        arguments[count++] = RawProduceArgument.Of(RawProduceArgument.Key, (nint)key, record.Key.Length);
        arguments[count++] = RawProduceArgument.Of(RawProduceArgument.Opaque, opaque);
        if (record.Timestamp is { } timestamp)
        {
            arguments[count++] = RawProduceArgument.Of(RawProduceArgument.Timestamp, (nint)timestamp);
        }

        var size = HeaderBytes(headers);
        var rented = size > HeaderBytesOnStack ? ArrayPool<byte>.Shared.Rent(size) : null;
        var buffer = rented ?? stackalloc byte[HeaderBytesOnStack];
        fixed (byte* bytes = buffer)
        fixed (RawProduceArgument* first = arguments)
        {
            count += WriteHeaders(headers, bytes, arguments[count..]);
            var error = NativeError.Take(Librdkafka.rd_kafka_produceva(_client.Native, first, (nuint)count));
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            return error;
        }
    }

    /// <summary>What the library counts toward <c>message.max.bytes</c>, at most.</summary>
    public static int SizeOf(in OutgoingRecord record) => record.Key.Bytes.Length + (record.Value?.Length ?? 0) + HeaderBytes(record.Headers);

    private static int HeaderBytes(RecordHeaders? headers)
    {
        var size = 0;
        for (var i = 0; i < (headers?.Count ?? 0); i++)
        {
            size += Encoding.UTF8.GetByteCount(headers![i].Name) + 1 + headers[i].Value.Length;
        }

        return size;
    }

    // Names with a closing zero, and values, one after the other; the library copies both. A null value is no address.
    private static int WriteHeaders(RecordHeaders? headers, byte* at, Span<RawProduceArgument> arguments)
    {
        var count = headers?.Count ?? 0;
        for (var i = 0; i < count; i++)
        {
            var header = headers![i];
            var name = at;
            at += Encoding.UTF8.GetBytes(header.Name, new Span<byte>(at, Encoding.UTF8.GetByteCount(header.Name)));
            *at++ = 0;
            header.Value.Span.CopyTo(new(at, header.Value.Length));
            arguments[i] = RawProduceArgument.Of(RawProduceArgument.Header, (nint)name, header.IsNull ? 0 : (nint)at, header.IsNull ? 0 : header.Value.Length);
            at += header.Value.Length;
        }

        return count;
    }

    private nint TopicHandle(string name)
    {
        // Most records go to the topic that the one before went to.
        if (_lastTopic is { } last && ReferenceEquals(last.Name, name))
        {
            return last.Handle;
        }

        var handle = FindTopic(name);
        _lastTopic = handle != 0 ? new(name, handle) : null;
        return handle;
    }

    private nint FindTopic(string name)
    {
        if (_topics.TryGetValue(name, out var known))
        {
            return known;
        }

        // Not GetOrAdd: two threads would make two handles, and one would never be destroyed.
        lock (_newTopic)
        {
            if (_topics.TryGetValue(name, out known))
            {
                return known;
            }

            var topic = Librdkafka.rd_kafka_topic_new(_client.Native, name, 0);
            if (topic != 0)
            {
                _topics[name] = topic;
            }

            return topic;
        }
    }

    private sealed record LastTopic(string Name, nint Handle);
}
