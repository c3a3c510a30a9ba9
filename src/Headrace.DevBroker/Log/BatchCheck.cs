using System.Buffers;
using Headrace.Broker.Records;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>What Kafka checks of a batch before it stores it, with Kafka's error codes.</summary>
internal static class BatchCheck
{
    private const byte Magic = 2;

    /// <summary>Before it is copied: is this one batch, and of an allowed size?</summary>
    public static AppendResult? Envelope(in ReadOnlySequence<byte> records, in AppendRules rules)
    {
        if (records.Length < BatchHeader.Size)
        {
            return AppendResult.Refused(ErrorCode.InvalidRecord, $"{records.Length} bytes cannot hold a record batch; its header alone takes {BatchHeader.Size}.");
        }

        Span<byte> start = stackalloc byte[BatchHeader.Size];
        records.Slice(0, BatchHeader.Size).CopyTo(start);
        var header = BatchHeader.Read(start);
        if (header.Magic != Magic)
        {
            return AppendResult.Refused(ErrorCode.InvalidRecord, $"Record format {header.Magic} is not stored; format {Magic} is.");
        }

        if (header.Length != records.Length)
        {
            return AppendResult.Refused(
                ErrorCode.InvalidRecord, $"A batch of {header.Length} bytes came in {records.Length} bytes; a partition takes exactly one batch in a request.");
        }

        return header.Length > rules.MaxBatchBytes
            ? AppendResult.Refused(ErrorCode.MessageTooLarge, $"The batch has {header.Length} bytes; the topic's max.message.bytes is {rules.MaxBatchBytes}.")
            : null;
    }

    /// <summary>In its final place: is its content sound?</summary>
    public static AppendResult? Content(ReadOnlySpan<byte> batch, in BatchHeader header, in AppendRules rules, long now)
    {
        if (header.Crc != BatchHeader.ComputeCrc(batch))
        {
            return AppendResult.Refused(ErrorCode.CorruptMessage, "The batch does not match its checksum.");
        }

        if (header.RecordCount <= 0 || (long)header.LastOffsetDelta + 1 != header.RecordCount)
        {
            return AppendResult.Refused(
                ErrorCode.InvalidRecord, $"The batch says it has {header.RecordCount} records, and that its last is number {header.LastOffsetDelta}.");
        }

        if (header.IsControl)
        {
            return AppendResult.Refused(ErrorCode.InvalidRecord, "Clients may not write control records.");
        }

        if (header.HasProducer && header.BaseSequence < 0)
        {
            return AppendResult.Refused(ErrorCode.InvalidRecord, $"The batch of producer {header.ProducerId} has sequence number {header.BaseSequence}.");
        }

        if (header.IsTransactional && !header.HasProducer)
        {
            return AppendResult.Refused(ErrorCode.InvalidRecord, "The batch belongs to a transaction and names no producer.");
        }

        return Timestamps(header, rules, now) ?? Keys(batch, header, rules);
    }

    private static AppendResult? Timestamps(in BatchHeader header, in AppendRules rules, long now)
    {
        if (rules.UseAppendTime)
        {
            return null;
        }

        if (header.MaxTimestamp - now > rules.MaxTimeAhead)
        {
            return AppendResult.Refused(
                ErrorCode.InvalidTimestamp, $"The newest record is {header.MaxTimestamp - now} ms ahead of the broker; message.timestamp.after.max.ms is {rules.MaxTimeAhead}.");
        }

        return header.BaseTimestamp >= 0 && now - header.BaseTimestamp > rules.MaxTimeBehind
            ? AppendResult.Refused(
                ErrorCode.InvalidTimestamp, $"The first record is {now - header.BaseTimestamp} ms old; message.timestamp.before.max.ms is {rules.MaxTimeBehind}.")
            : null;
    }

    private static AppendResult? Keys(ReadOnlySpan<byte> batch, in BatchHeader header, in AppendRules rules)
    {
        if (!rules.NeedsKeys || !RecordReader.TryOpen(batch, header, out var records))
        {
            return null;
        }

        while (records.MoveNext())
        {
            if (!records.Current.HasKey)
            {
                return AppendResult.Refused(ErrorCode.InvalidRecord, "A compacted topic takes no record without a key.", records.Current.OffsetDelta);
            }
        }

        return null;
    }
}
