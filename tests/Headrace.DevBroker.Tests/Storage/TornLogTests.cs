using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Log;
using Headrace.Broker.Storage;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Storage;

/// <summary>What recovery makes of a log whose last write was not finished.</summary>
public sealed class TornLogTests : IDisposable
{
    private static readonly AppendRules Rules = new(8 * 1024 * 1024, UseAppendTime: false, NeedsKeys: false, long.MaxValue, long.MaxValue);
    private static readonly Guid Topic = Guid.NewGuid();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whichever_byte_of_the_last_batch_is_the_last_to_be_written_all_before_it_is_there() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var batches = Enumerable.Range(0, random.Next(1, 5)).Select(i => TestBatch.Of([.. Enumerable.Repeat(new string('x', random.Next(80)), random.Next(1, 4))]).ToBytes()).ToList();
            long sound, end;
            using (var data = Open())
            {
                var log = NewLog(data);
                batches.ForEach(batch => log.Append(new(batch), Rules));
                end = log.EndOffset;
                sound = log.Size - batches[^1].Length;
                log.Close(tornBytes: 0);
            }

            var file = Directory.GetFiles(Path.Combine(_folder.Path, "t-0"), "*.log").Single();
            var whole = File.ReadAllBytes(file);
            for (var length = sound; length < whole.Length; length++)
            {
                File.WriteAllBytes(file, whole[..(int)length]);
                AssertCutTo(sound, length, end - LastCount(batches[^1]));

                // A file may be longer than what was written to it. (No batch ends in this byte.)
                File.WriteAllBytes(file, [.. whole[..(int)length], .. Enumerable.Repeat((byte)0xEE, whole.Length - (int)length)]);
                AssertCutTo(sound, whole.Length, end - LastCount(batches[^1]));
            }

            Directory.Delete(Path.Combine(_folder.Path, "t-0"), recursive: true);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    [Fact]
    public void A_log_that_lost_its_tail_goes_on_in_a_new_leader_epoch()
    {
        using (var data = Open())
        {
            var log = NewLog(data);
            log.Append(TestBatch.Of("a").ToSequence(), Rules);
            log.Append(TestBatch.Of("b").ToSequence(), Rules);
            log.Close(tornBytes: 1);
        }

        using var again = Open();
        var recovered = NewLog(again);
        recovered.Recover(known: null, wasClosedCleanly: false);

        Assert.Equal((1, 1), (recovered.EndOffset, recovered.LeaderEpoch));
        Assert.Equal((0, 1), recovered.EndOfEpoch(0));
        Assert.Equal(1, recovered.Append(TestBatch.Of("c").ToSequence(), Rules).BaseOffset);
        recovered.Close(tornBytes: 0);
    }

    [Fact]
    public void A_hole_in_an_older_segment_costs_what_is_behind_it()
    {
        var rules = Rules with { SegmentBytes = 100 };
        using (var data = Open())
        {
            var log = NewLog(data);
            for (var i = 0; i < 4; i++)
            {
                log.Append(TestBatch.Of("v").ToSequence(), rules);
            }

            log.Close(tornBytes: 0);
        }

        var files = Directory.GetFiles(Path.Combine(_folder.Path, "t-0"), "*.log").Order().ToList();
        Assert.Equal(4, files.Count);
        File.WriteAllBytes(files[1], File.ReadAllBytes(files[1])[..^3]);
        using var again = Open();
        var recovered = NewLog(again);
        recovered.Recover(known: null, wasClosedCleanly: true);

        Assert.Equal(1, recovered.EndOffset);
        recovered.Close(tornBytes: 0);
    }

    private static int LastCount(byte[] batch) => Broker.Records.BatchHeader.Read(batch).RecordCount;

    private static PartitionLog NewLog(DataFolder data) => new(TimeProvider.System, data.Partition("t", Topic, 0));

    private DataFolder Open() => DataFolder.Open(_folder.Path, DiskFlush.Never, "nowhere");

    private void AssertCutTo(long size, long before, long endOffset)
    {
        using var data = Open();
        var log = NewLog(data);
        var found = log.Recover(known: null, wasClosedCleanly: false);

        Assert.Equal((endOffset, before - size), (found.EndOffset, found.CutBytes));
        Assert.Equal((endOffset, size), (log.EndOffset, log.Size));
        log.Close(tornBytes: 0);
    }
}
