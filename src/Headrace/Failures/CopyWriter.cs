using Headrace.Topology;

namespace Headrace.Failures;

/// <summary>Writes a record that failed elsewhere: key, value and headers as they were at its origin, with the reason behind them.</summary>
internal sealed class CopyWriter
{
    // Of the client library's limit for a record; what it adds to one is less.
    private const int RoomForTransaction = 512 * 1024;

    private readonly string _group;
    private readonly ProduceRecord _produce;
    private readonly Func<string, CancellationToken, ValueTask<int>> _partitionsOf;
    private readonly TimeProvider _time;
    private readonly bool _hasTransactions;

    public CopyWriter(string group, GroupSurroundings surroundings)
    {
        _group = group;
        _produce = surroundings.ProduceDeadLetter;
        _partitionsOf = surroundings.DeadLetterPartitions;
        _time = surroundings.Time;
        _hasTransactions = surroundings.HasTransactions;
    }

    /// <summary>Completes when the broker has acknowledged the dead letter, or it is part of the transaction that commits the record; throws when neither is so.</summary>
    public async ValueTask<RecordPosition> WriteDeadLetterAsync(Record record, FailureState failure, CancellationToken cancellation)
    {
        var origin = failure.History.Origin;
        var topic = record.IsCopy ? failure.History.Topic!.Origin : record.Topic;
        var partitions = await _partitionsOf(topic, cancellation);
        // The same number as at the origin, so that both are read by the same member; the key decides where the topics differ.
        return await WriteAsync(
            record,
            failure,
            CopyOf(record, OwnTopics.DeadLetter(topic, _group), origin.Partition < partitions ? origin.Partition : null),
            DeadLetterDetail.Full,
            static _ => { },
            cancellation);
    }

    /// <summary>The same for a retry topic, which has the origin's partitions. It is due a delay from now.</summary>
    public ValueTask<RecordPosition> WriteRetryAsync(Record record, FailureState failure, TimeSpan delay, CancellationToken cancellation)
    {
        var (topic, dueAt) = (record.IsCopy ? failure.History.Topic!.Origin : record.Topic, _time.GetUtcNow() + delay);
        // A stack is for whoever looks into the dead-letter topic.
        return WriteAsync(
            record,
            failure,
            CopyOf(record, OwnTopics.Retry(topic, _group, delay), record.Partition),
            DeadLetterDetail.WithoutStack,
            headers => DeadLetterHeaders.AddRetry(headers, failure.History.Walked + 1, dueAt),
            cancellation);
    }

    /// <summary>Parks a record that failed, in front of its key. It is due a delay from now, or dead.</summary>
    public async ValueTask<ParkedNote> ParkAsync(Record record, FailureState failure, CancellationToken cancellation)
    {
        var note = ParkedNote.After(failure, _time.GetUtcNow());
        void Add(RecordHeaders headers)
        {
            headers.Add(DeadLetterHeaders.Parked, note.State.ToString());
            DeadLetterHeaders.AddRetry(headers, note.Walked, note.DueAt);
        }

        await WriteAsync(record, failure, CopyOf(record, OwnTopics.Parked(record.Topic, _group), record.Partition), DeadLetterDetail.WithoutStack, Add, cancellation);
        return note;
    }

    /// <summary>Parks a record behind others of its key.</summary>
    public ValueTask<RecordPosition> ParkBehindAsync(Record record, CancellationToken cancellation) => _produce(
        CopyOf(record, OwnTopics.Parked(record.Topic, _group), record.Partition) with { Headers = DeadLetterHeaders.ForParked(record, _group) }, cancellation);

    /// <summary>Writes how it stands with a parked record.</summary>
    /// <param name="record">The parked record, or a redriven copy of it.</param>
    /// <param name="origin">Where it was first.</param>
    /// <param name="note">How it stands.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public ValueTask<RecordPosition> NoteAsync(Record record, RecordOrigin origin, ParkedNote note, CancellationToken cancellation) => _produce(
        new(OwnTopics.Parked(origin.Topic, _group), record.CopyKey(), null)
        {
            Partition = record.Partition,
            Headers = DeadLetterHeaders.ForNote(origin, _group, note),
        },
        cancellation);

    private static OutgoingRecord CopyOf(Record record, string topic, int? partition)
    {
        // Typed, or null would become an empty value by way of a byte array: a tombstone stays a tombstone.
        ReadOnlyMemory<byte>? value = record.IsTombstone ? default(ReadOnlyMemory<byte>?) : record.Value.ToArray();
        // Its timestamp is the client's, of when it is written: by the origin's the topic's retention could delete the copy at once, and a clock that a test has moved on is out of the broker's bounds.
        return new(topic, record.CopyKey(), value) { Partition = partition };
    }

    private async ValueTask<RecordPosition> WriteAsync(
        Record record, FailureState failure, OutgoingRecord copy, DeadLetterDetail detail, Action<RecordHeaders> addTo, CancellationToken cancellation)
    {
        for (; ; detail++)
        {
            var headers = DeadLetterHeaders.For(record, _group, failure, detail);
            addTo(headers);
            if (_hasTransactions && record.Value.Length + record.KeyLength + headers.Sum(static header => header.Value.Length + header.Name.Length) < RoomForTransaction)
            {
                record.Outputs = [copy with { Headers = headers }];
                return new(copy.Topic, -1, -1);
            }

            try
            {
                return await _produce(copy with { Headers = headers }, cancellation);
            }
            catch (ProduceException error) when (KafkaErrors.IsTooLarge(error) && detail < DeadLetterDetail.OriginOnly)
            {
            }
        }
    }
}
