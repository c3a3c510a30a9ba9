using Headrace.Topology;

namespace Headrace.Failures;

/// <summary>Writes a record to the dead-letter topic of its topic and group: key, value and headers as they are, with the reason beside them.</summary>
internal sealed class DeadLetterWriter
{
    private readonly string _group;
    private readonly ProduceRecord _produce;
    private readonly Func<string, CancellationToken, ValueTask<int>> _partitionsOf;
    private readonly TimeProvider _time;

    public DeadLetterWriter(string group, GroupSurroundings surroundings)
    {
        _group = group;
        _produce = surroundings.ProduceDeadLetter;
        _partitionsOf = surroundings.DeadLetterPartitions;
        _time = surroundings.Time;
    }

    /// <summary>Completes when the broker has acknowledged the dead letter; throws when it has not.</summary>
    public async ValueTask<RecordPosition> WriteAsync(Record record, FailureState failure, CancellationToken cancellation)
    {
        var partitions = await _partitionsOf(record.Topic, cancellation);
        // Typed, or null would become an empty value by way of a byte array: a tombstone stays a tombstone.
        ReadOnlyMemory<byte>? value = record.IsTombstone ? default(ReadOnlyMemory<byte>?) : record.Value.ToArray();
        var letter = new OutgoingRecord(OwnTopics.DeadLetter(record.Topic, _group), record.CopyKey(), value)
        {
            // The same number as at the origin, so that both are read by the same member; the key decides where the topics differ.
            Partition = record.Partition < partitions ? record.Partition : null,
            // Not the origin's, or the topic's retention could delete the letter at once.
            Timestamp = _time.GetUtcNow(),
        };
        for (var detail = DeadLetterDetail.Full; ; detail++)
        {
            try
            {
                return await _produce(letter with { Headers = DeadLetterHeaders.For(record, RecordOrigin.Of(record), _group, failure, detail) }, cancellation);
            }
            catch (ProduceException error) when (KafkaErrors.IsTooLarge(error) && detail < DeadLetterDetail.OriginOnly)
            {
            }
        }
    }
}
