using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Log;
using Headrace.Broker.Records;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Tests.Wire;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Log;

public sealed class PartitionLogTests
{
    private static readonly AppendRules Rules = new(MaxBatchBytes: 8 * 1024 * 1024, UseAppendTime: false, NeedsKeys: false, long.MaxValue, long.MaxValue);

    [Fact]
    public void Whatever_the_sizes_and_limits_a_reader_meets_every_batch_once_in_order() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var log = new PartitionLog(TimeProvider.System);
            var stored = new List<long>();
            for (var i = random.Next(1, 60); i > 0; i--)
            {
                var size = random.Next(5) == 0 ? random.Next(60_000) : random.Next(1_500);
                var batch = TestBatch.Of([new string('x', size), .. Enumerable.Repeat("y", random.Next(3))]).ToBytes();
                stored.Add(log.Append(Codec.Segmented(batch, random), Rules).BaseOffset);
            }

            var met = new List<long>();
            for (long offset = 0; offset < log.EndOffset;)
            {
                var read = log.Read(offset, random.Next(100_000), atLeastOne: true);
                foreach (var header in Headers(read.Records!.Value))
                {
                    met.Add(header.BaseOffset);
                    Assert.InRange(offset, header.BaseOffset, header.BaseOffset + header.LastOffsetDelta);
                    offset = header.BaseOffset + header.LastOffsetDelta + 1;
                }
            }

            Assert.Equal(stored, met);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Limits_hold_except_for_the_first_batch_of_a_reader_that_insists()
    {
        var log = new PartitionLog(TimeProvider.System);
        var length = log.AppendLength(Rules);
        log.AppendLength(Rules);

        Assert.Null(log.Read(0, length - 1, atLeastOne: false).Records);
        Assert.Equal(length, log.Read(0, length - 1, atLeastOne: true).Length);
        Assert.Equal(length, log.Read(0, (2 * length) - 1, atLeastOne: false).Length);
        Assert.Equal(2 * length, log.Read(0, 2 * length, atLeastOne: false).Length);
    }

    [Fact]
    public void A_read_inside_a_batch_returns_the_whole_batch()
    {
        var log = new PartitionLog(TimeProvider.System);
        log.Append(TestBatch.Of("a", "b", "c").ToSequence(), Rules);

        Assert.Equal(0, Headers(log.Read(2, 1_000, atLeastOne: false).Records!.Value).Single().BaseOffset);
        Assert.Null(log.Read(3, 1_000, atLeastOne: true).Records);
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(4, 1_000, atLeastOne: true).Error);
    }

    [Fact]
    public void What_lies_below_the_new_start_is_gone_and_the_rest_is_not()
    {
        var log = new PartitionLog(TimeProvider.System);
        for (var i = 0; i < 100; i++)
        {
            log.Append(TestBatch.Of(new string('x', 1_000)).ToSequence(), Rules);
        }

        var before = log.Size;
        Assert.True(log.DeleteBefore(70));
        Assert.Equal((70, 100), (log.StartOffset, log.EndOffset));
        Assert.True(log.Size < before);
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(69, 1_000, atLeastOne: true).Error);
        Assert.Equal(70, Headers(log.Read(70, 1_000, atLeastOne: true).Records!.Value).First().BaseOffset);
        Assert.False(log.DeleteBefore(101));
        Assert.True(log.DeleteBefore(100));
        Assert.Equal(100, log.Append(TestBatch.Of("next").ToSequence(), Rules).BaseOffset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_search_by_time_finds_the_record_not_the_batch(int compression)
    {
        var log = new PartitionLog(TimeProvider.System);
        log.Append(new TestBatch { Compression = compression, Records = [(1_000, "k", "a"), (1_010, "k", "b"), (1_005, "k", "c")] }.ToSequence(), Rules);
        log.Append(new TestBatch { Compression = compression, Records = [(900, "k", "d"), (2_000, "k", "e")] }.ToSequence(), Rules);

        Assert.Equal(new OffsetAt(0, 1_000), log.FindByTime(0));
        Assert.Equal(new OffsetAt(1, 1_010), log.FindByTime(1_001));
        Assert.Equal(new OffsetAt(4, 2_000), log.FindByTime(1_011));
        Assert.Equal(OffsetAt.None, log.FindByTime(2_001));
        Assert.Equal(new OffsetAt(4, 2_000), log.FindNewest());
        log.DeleteBefore(2);
        Assert.Equal(new OffsetAt(2, 1_005), log.FindByTime(1_000));
    }

    [Fact]
    public void A_codec_that_cannot_be_read_is_searched_by_batch_and_never_too_late()
    {
        const int zstd = 4;
        var log = new PartitionLog(TimeProvider.System);
        log.Append(new TestBatch { Compression = zstd, Records = [(1_000, "k", "a"), (1_010, "k", "b")] }.ToSequence(), Rules);

        Assert.Equal(0, log.FindByTime(1_005).Offset);
        Assert.Equal(1, log.FindNewest().Offset);
    }

    [Fact]
    public void The_topics_own_time_replaces_the_records_and_the_checksum_still_holds()
    {
        var log = new PartitionLog(TimeProvider.System);
        var result = log.Append(new TestBatch { Records = [(5, "k", "v")] }.ToSequence(), Rules with { UseAppendTime = true });

        var bytes = log.Read(0, 1_000, atLeastOne: true).Records!.Value.ToArray();
        var header = BatchHeader.Read(bytes);
        Assert.True(header.IsLogAppendTime);
        Assert.Equal(result.AppendTime, header.MaxTimestamp);
        Assert.InRange(header.MaxTimestamp, TestBatch.Now - 60_000, TestBatch.Now + 600_000);
        Assert.Equal(header.Crc, BatchHeader.ComputeCrc(bytes));
    }

    private static List<BatchHeader> Headers(ReadOnlySequence<byte> records)
    {
        var headers = new List<BatchHeader>();
        for (ReadOnlyMemory<byte> rest = records.ToArray(); !rest.IsEmpty; rest = rest[(int)headers[^1].Length..])
        {
            headers.Add(BatchHeader.Read(rest.Span));
            Assert.Equal(headers[^1].Crc, BatchHeader.ComputeCrc(rest.Span[..(int)headers[^1].Length]));
        }

        return headers;
    }
}

internal static class PartitionLogExtensions
{
    public static int AppendLength(this PartitionLog log, AppendRules rules)
    {
        var batch = TestBatch.Of("same").ToBytes();
        log.Append(new ReadOnlySequence<byte>(batch), rules);
        return batch.Length;
    }
}
