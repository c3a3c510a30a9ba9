using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Log;
using Headrace.Broker.Records;
using Headrace.Broker.Storage;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Storage;

public sealed class StoredLogTests : IDisposable
{
    private static readonly AppendRules Rules = new(8 * 1024 * 1024, UseAppendTime: false, NeedsKeys: false, long.MaxValue, long.MaxValue);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_the_sizes_a_log_in_files_reads_as_one_in_memory_before_and_after_a_restart() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var topic = Guid.NewGuid();
            var rules = Rules with { SegmentBytes = random.Next(1_000, 200_000) };
            var memory = new PartitionLog(TimeProvider.System);
            var clean = random.Next(2) == 0;
            using (var data = Open())
            {
                var stored = new PartitionLog(TimeProvider.System, data.Partition("t", topic, 0));
                for (var i = random.Next(1, 60); i > 0; i--)
                {
                    var batch = TestBatch.Of([new string('x', random.Next(5) == 0 ? random.Next(60_000) : random.Next(1_500)), "y"]).ToBytes();
                    stored.Append(new(batch), rules);
                    memory.Append(new(batch), rules);
                }

                AssertSame(memory, stored, random);
                stored.Close(tornBytes: 0);
            }

            using var again = Open();
            var restarted = new PartitionLog(TimeProvider.System, again.Partition("t", topic, 0));
            restarted.Recover(known: null, clean);
            AssertSame(memory, restarted, random);
            Assert.Equal(memory.EndOffset, restarted.Append(TestBatch.Of("more").ToSequence(), rules).BaseOffset);
            restarted.Delete();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void What_retention_gives_up_is_gone_from_the_disk_and_the_log_goes_on_where_it_was()
    {
        var topic = Guid.NewGuid();
        using var data = Open();
        var folder = data.Partition("t", topic, 0);
        var log = new PartitionLog(TimeProvider.System, folder);
        for (var i = 0; i < 5; i++)
        {
            log.Append(TestBatch.Of("v").ToSequence(), Rules with { SegmentBytes = 1 });
        }

        log.Retain(new RetentionRules(MaxAge: -1, MaxBytes: 1));
        Assert.Equal(["00000000000000000004.log"], Directory.GetFiles(folder.Path, "*.log").Select(Path.GetFileName));
        log.DeleteBefore(5);
        log.Close(tornBytes: 0);
        var restarted = new PartitionLog(TimeProvider.System, data.Partition("t", topic, 0));
        restarted.Recover(known: null, wasClosedCleanly: true);

        Assert.Equal((5, 5), (restarted.StartOffset, restarted.EndOffset));
        restarted.Close(tornBytes: 0);
    }

    [Fact]
    public void A_topic_of_the_same_name_does_not_find_the_records_of_the_one_before()
    {
        using var data = Open();
        var old = new PartitionLog(TimeProvider.System, data.Partition("t", Guid.NewGuid(), 0));
        old.Append(TestBatch.Of("old").ToSequence(), Rules);
        old.Close(tornBytes: 0);
        var renewed = new PartitionLog(TimeProvider.System, data.Partition("t", Guid.NewGuid(), 0));
        renewed.Recover(known: null, wasClosedCleanly: false);

        Assert.Equal(0, renewed.EndOffset);
    }

    [Fact]
    public async Task Waiting_for_the_disk_ends_when_the_record_is_there()
    {
        using var data = DataFolder.Open(_folder.Path, DiskFlush.Always, "nowhere");
        var log = new PartitionLog(TimeProvider.System, data.Partition("t", Guid.NewGuid(), 0));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
        {
            var stored = log.Append(TestBatch.Of("v").ToSequence(), Rules);
            return log.FlushedAsync(stored.BaseOffset + 1);
        })));

        Assert.Equal(50, log.EndOffset);
        log.Close(tornBytes: 0);
    }

    private static void AssertSame(PartitionLog expected, PartitionLog actual, Random random)
    {
        Assert.Equal((expected.StartOffset, expected.EndOffset, expected.Size), (actual.StartOffset, actual.EndOffset, actual.Size));
        for (long offset = 0; offset < expected.EndOffset;)
        {
            var limit = random.Next(100_000);
            var wanted = expected.Read(offset, limit, atLeastOne: true).Records!.Value.ToArray();
            var found = actual.Read(offset, limit, atLeastOne: true).Records!.Value.ToArray();
            var length = Math.Min(wanted.Length, found.Length);
            Assert.True(wanted.AsSpan(0, length).SequenceEqual(found.AsSpan(0, length)));
            for (var at = 0; at < length;)
            {
                var header = BatchHeader.Read(found.AsSpan(at));
                offset = header.BaseOffset + header.LastOffsetDelta + 1;
                at += (int)header.Length;
            }
        }

        Assert.Equal(expected.FindByTime(TestBatch.Now), actual.FindByTime(TestBatch.Now));
        Assert.Equal(expected.FindNewest(), actual.FindNewest());
    }

    private DataFolder Open() => DataFolder.Open(_folder.Path, DiskFlush.Never, "nowhere");
}
