using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Log;
using Headrace.Broker.Records;
using Headrace.Broker.Storage;
using Headrace.Broker.Tests.Groups;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Log;

public sealed class CompactionTests : IDisposable
{
    private const int Snappy = 2;
    private static readonly AppendRules Rules = new(8 * 1024 * 1024, UseAppendTime: true, NeedsKeys: true, long.MaxValue, long.MaxValue);
    private static readonly CompactionRules Always = new(TombstoneRetention: 10_000, MinDirtyRatio: 0, MinLag: 0, MaxLag: long.MaxValue);

    private readonly ManualTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_every_history_the_newest_record_of_each_key_stays_and_offsets_stay_what_they_were() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            using var data = random.Next(2) == 0 ? DataFolder.Open(_folder.Path, DiskFlush.Never, "nowhere") : null;
            var (topic, onDisk) = (Guid.NewGuid(), data);
            var log = new PartitionLog(_time, onDisk?.Partition("t", topic, 0));
            var rules = Rules with { SegmentBytes = random.Next(100, 1_000) };
            var written = new Dictionary<long, (string Key, string? Value)>();
            for (var i = random.Next(1, 80); i > 0; i--)
            {
                var batch = RandomBatch(random);
                var stored = log.Append(batch.ToSequence(), rules).BaseOffset;
                foreach (var (_, key, value) in batch.Records)
                {
                    written.Add(stored++, (key!, value));
                }

                if (random.Next(10) == 0)
                {
                    log.Compact(Always);
                    _time.Advance(TimeSpan.FromSeconds(random.Next(8)));
                }
            }

            var end = log.EndOffset;
            log.Compact(Always);
            AssertCompacted(written, Read(log));
            Assert.Equal((0, end), (log.StartOffset, log.EndOffset));
            if (onDisk is not null)
            {
                log.Close(tornBytes: 0);
                var again = new PartitionLog(_time, onDisk.Partition("t", topic, 0));
                again.Recover(known: null, random.Next(2) == 0);
                Assert.Equal(end, again.EndOffset);
                AssertCompacted(written, Read(again));
                again.Delete();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void A_tombstone_stays_for_its_time_and_then_goes()
    {
        var log = new PartitionLog(_time);
        Append(log, "k", "v");
        Append(log, "k", null);
        Append(log, "other", "v");
        Assert.True(log.Compact(Always));
        Assert.Equal([(1, "k", null), (2, "other", "v")], Read(log));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(log.Compact(Always));
        Assert.Equal(2, Read(log).Count);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(log.Compact(Always));

        Assert.Equal([(2, "other", "v")], Read(log));
    }

    [Fact]
    public void What_cannot_be_read_stays_as_it_is()
    {
        var log = new PartitionLog(_time);
        var opaque = new TestBatch { Compression = Snappy }.ToBytes();
        log.Append(new(opaque), Rules with { SegmentBytes = 1 });
        Append(log, "k", "old");
        Append(log, "k", "new");
        Append(log, "k", "newest, in the segment that is written to");
        log.Compact(Always);
        var read = log.Read(0, int.MaxValue, atLeastOne: true).Records!.Value.ToArray();

        Assert.Equal(opaque[BatchHeader.Size..], read[BatchHeader.Size..opaque.Length]);
        Assert.Equal([0L, 2, 3], Offsets(read));
    }

    [Fact]
    public void Too_little_to_gain_or_too_young_is_left_alone()
    {
        var log = new PartitionLog(_time);
        Append(log, "k", "a");
        Append(log, "k", "b");
        Append(log, "k", "c");

        Assert.False(log.Compact(Always with { MinLag = 1_000 }));
        Assert.True(log.Compact(Always with { MinDirtyRatio = 1 }));
        Append(log, "k", "d");
        Assert.False(log.Compact(Always with { MinDirtyRatio = 1 }));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(log.Compact(Always with { MinDirtyRatio = 1, MaxLag = 1_000 }));
    }

    private static TestBatch RandomBatch(Random random) => new()
    {
        Records = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (0L, (string?)$"k{random.Next(6)}", random.Next(4) == 0 ? null : $"v{random.Next()}"))],
        Compression = random.Next(2),
    };

    private static void Append(PartitionLog log, string key, string? value) =>
        log.Append(new TestBatch { Records = [(0, key, value)] }.ToSequence(), Rules with { SegmentBytes = 1 });

    // The segment that is written to is not compacted: a key may be there and before.
    private static void AssertCompacted(Dictionary<long, (string Key, string? Value)> written, List<(long Offset, string Key, string? Value)> found)
    {
        Assert.Equal(found.Select(record => record.Offset).Order(), found.Select(record => record.Offset));
        Assert.All(found, record => Assert.Equal(written[record.Offset], (record.Key, record.Value)));
        var newest = written.GroupBy(record => record.Value.Key).ToDictionary(key => key.Key, key => key.MaxBy(record => record.Key).Value.Value);
        var left = found.GroupBy(record => record.Key).ToDictionary(key => key.Key, key => key.MaxBy(record => record.Offset).Value);
        foreach (var (key, value) in newest)
        {
            Assert.Equal(value, left.GetValueOrDefault(key));
        }
    }

    private static List<(long Offset, string Key, string? Value)> Read(PartitionLog log)
    {
        var found = new List<(long, string, string?)>();
        for (long offset = 0; offset < log.EndOffset;)
        {
            if (log.Read(offset, int.MaxValue, atLeastOne: true).Records is not { } records)
            {
                break;
            }

            var bytes = records.ToArray();
            for (var at = 0; at < bytes.Length;)
            {
                var header = BatchHeader.Read(bytes.AsSpan(at));
                var batch = bytes.AsSpan(at, (int)header.Length);
                Assert.Equal(header.Crc, BatchHeader.ComputeCrc(batch));
                Add(batch, header, found);
                offset = header.BaseOffset + header.LastOffsetDelta + 1;
                at += (int)header.Length;
            }
        }

        return found;
    }

    private static void Add(ReadOnlySpan<byte> batch, BatchHeader header, List<(long, string, string?)> found)
    {
        Assert.True(RecordReader.TryOpen(batch, header, out var records));
        var count = 0;
        while (records.MoveNext())
        {
            Assert.True(records.TryReadKey(out var key, out var isTombstone));
            var tail = Encoding.UTF8.GetString(records.Bytes[..^1]);
            var value = isTombstone ? null : tail[(tail.LastIndexOf('v'))..];
            found.Add((header.BaseOffset + records.Current.OffsetDelta, Encoding.UTF8.GetString(key), value));
            count++;
        }

        Assert.Equal(header.RecordCount, count);
    }

    private static IEnumerable<long> Offsets(byte[] batches)
    {
        for (var at = 0; at < batches.Length;)
        {
            var header = BatchHeader.Read(batches.AsSpan(at));
            yield return header.BaseOffset;
            at += (int)header.Length;
        }
    }
}
