using System.Runtime.CompilerServices;
using Headrace.Clients;
using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// Reads parts of partitions beside any group: nothing is joined, nothing committed, and only committed records are seen. One reading at a time, by
/// its owner.
/// </summary>
internal sealed class LogReader : IAsyncDisposable
{
    private const int Most = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, string> _settings;
    private ConsumerHandle? _client;
    private QueueSignal? _signal;

    /// <summary>A reader; it connects when first used.</summary>
    public LogReader(IReadOnlyDictionary<string, string> clientSettings) =>
        _settings = new(clientSettings) { ["group.id"] = clientSettings.GetValueOrDefault("group.id", "headrace-reader") };

    /// <summary>The records of these ranges, those of one partition in order; what retention has deleted, and what is no record, is passed over.</summary>
    /// <exception cref="ClusterException">A topic may not be read.</exception>
    /// <exception cref="TimeoutException">Nothing came for 30 s.</exception>
    public async IAsyncEnumerable<LogRecord> ReadAsync(IEnumerable<LogPart> ranges, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = ranges.Where(static range => !range.IsEmpty).ToDictionary(static range => (range.Topic, range.Partition));
        if (open.Count == 0)
        {
            yield break;
        }

        try
        {
            Begin(open.Values);
            var heard = TimeProvider.System.GetTimestamp();
            while (open.Count > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                var (records, any) = await Task.Run(() => Take(open), CancellationToken.None);
                foreach (var record in records)
                {
                    yield return record;
                }

                // Afterwards: whoever reads may take its time.
                heard = any ? TimeProvider.System.GetTimestamp() : heard;
                if (TimeProvider.System.GetElapsedTime(heard) > Patience)
                {
                    throw new TimeoutException($"Kafka sent nothing of {string.Join(", ", open.Values.Select(range => $"{range.Topic}[{range.Partition}]"))} for {Patience.TotalSeconds:0} s. Try again.");
                }
            }
        }
        finally
        {
            _client?.Assign(null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Run(() => _client?.Dispose());
        _signal?.Dispose();
    }

    private void Begin(IEnumerable<LogPart> ranges)
    {
        if (_client is null)
        {
            using var configuration = ClientSettings.For(ClientRole.Fetch, _settings).CreateConfiguration();
            // Ours here: where a range ends may be no record but a marker of a transaction, and a record may be gone before it is read.
            _ = configuration.TrySet("enable.partition.eof", "true", out _);
            _ = configuration.TrySet("auto.offset.reset", "earliest", out _);
            _ = configuration.TrySet("isolation.level", "read_committed", out _);
            _client = new(configuration, EventKinds.None);
            _client.Queue.Watch(_signal = new());
        }

        using var list = new TopicPartitionList();
        foreach (var range in ranges)
        {
            list.Add(range.Topic, range.Partition, range.From);
        }

        var error = _client.Assign(list);
        if (!error.IsNone)
        {
            throw new ClusterException($"Topics cannot be read: {error}.", (int)error.Code);
        }
    }

    private (List<LogRecord> Records, bool Any) Take(Dictionary<(string Topic, int Partition), LogPart> open)
    {
        var messages = new NativeMessage[Most];
        var count = _client!.Queue.ConsumeBatch(messages);
        if (count == 0)
        {
            _signal!.Wait(LongestWait);
            count = _client.Queue.ConsumeBatch(messages);
        }

        var records = new List<LogRecord>(count);
        try
        {
            foreach (var message in messages.AsSpan(0, count))
            {
                Take(message, open, records);
            }
        }
        finally
        {
            foreach (var message in messages.AsSpan(0, count))
            {
                message.Destroy();
            }
        }

        return (records, count > 0);
    }

    private static void Take(NativeMessage message, Dictionary<(string Topic, int Partition), LogPart> open, List<LogRecord> records)
    {
        var place = (message.Topic, message.Partition);
        if (!open.TryGetValue(place, out var range))
        {
            return;
        }

        if (message.Error != ErrorCode.None)
        {
            TakeError(message, open, range);
            return;
        }

        if (message.Offset >= range.From && message.Offset < range.To)
        {
            records.Add(LogRecord.Of(message));
        }

        if (message.Offset >= range.To - 1)
        {
            open.Remove(place);
        }
    }

    private static void TakeError(NativeMessage message, Dictionary<(string Topic, int Partition), LogPart> open, LogPart range)
    {
        switch (message.Error)
        {
            case ErrorCode.PartitionEof when message.Offset >= range.To:
                open.Remove((range.Topic, range.Partition));
                break;
            case ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopic or ErrorCode.UnknownPartition or ErrorCode.TopicAuthorizationFailed:
                throw new ClusterException($"{range.Topic}[{range.Partition}] cannot be read: {message.ErrorText}.", (int)message.Error);
            default:
                // Passes by itself, or ends in the deadline.
                break;
        }
    }
}
