using System.Globalization;
using Headrace.Consuming;
using Headrace.Failures;
using Headrace.Topology;

namespace Headrace.Redriving;

/// <summary>Makes the record that a dead letter is redriven as.</summary>
/// <param name="options">Where to, and how it is changed.</param>
/// <param name="partitionsOf">The partitions of the topics that are written to.</param>
internal sealed class RedriveCopies(RedriveOptions options, IReadOnlyDictionary<string, int> partitionsOf)
{
    public OutgoingRecord Of(LogRecord record, DeadLetter letter, DeadLetterTopic topic)
    {
        var headers = new RecordHeaders();
        headers.AddRange(letter.Headers.Where(static header => header.Name != DeadLetterReading.Redrives));
        headers.Add(DeadLetterReading.Redrives, (letter.Failure.Redrives + 1).ToString(CultureInfo.InvariantCulture));
        var name = topic.Origin;
        if (options.Target == RedriveTarget.Group)
        {
            name = topic.Redrive;
            headers.AddRange(record.Headers.Skip(DeadLetterReading.OwnCount(record.Headers)));
            headers.Add(RedriveHeaders.Action, RedriveHeaders.Handle);
        }

        var copy = new OutgoingRecord(name, record.Key, record.Value) { Headers = headers, Partition = PartitionOf(letter, name) };
        var edited = options.Edit?.Invoke(letter, copy) ?? copy;
        return edited.Topic == copy.Topic
            ? edited
            : throw new ArgumentException($"An edit changed the topic of {letter.Position} from '{copy.Topic}' to '{edited.Topic}'. A redrive goes to its origin or its group; choose by Target.");
    }

    /// <summary>Where the group keeps the order of its keys: lets what waits behind the dead letter go on without it. <see langword="null"/> where nothing waits.</summary>
    public OutgoingRecord? ReleaseOf(LogRecord record, DeadLetter letter, DeadLetterTopic topic)
    {
        if (record.Key.IsNone || !partitionsOf.ContainsKey(OwnTopics.Parked(topic.Origin, topic.Group)))
        {
            return null;
        }

        var headers = new RecordHeaders();
        headers.AddRange(record.Headers.Skip(DeadLetterReading.OwnCount(record.Headers)));
        headers.Add(RedriveHeaders.Action, RedriveHeaders.Discard);
        return new(topic.Redrive, record.Key, null) { Headers = headers, Partition = PartitionOf(letter, topic.Redrive) };
    }

    // Where the others of its key are, whatever partitioner their producer has.
    private int? PartitionOf(DeadLetter letter, string topic) => letter.Failure.Origin.Partition is var partition && partition < partitionsOf.GetValueOrDefault(topic) ? partition : null;
}
