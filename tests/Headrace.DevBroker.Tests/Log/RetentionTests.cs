using Headrace.Broker.Log;
using Headrace.Broker.Tests.Groups;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Log;

public sealed class RetentionTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly PartitionLog _log;
    private readonly AppendRules _rules;
    private readonly int _length;

    public RetentionTests()
    {
        _log = new PartitionLog(_time);
        _length = Batch().ToBytes().Length;
        _rules = new AppendRules(1_000_000, UseAppendTime: true, NeedsKeys: false, long.MaxValue, long.MaxValue, SegmentBytes: 2 * _length);
    }

    [Fact]
    public void Of_too_many_bytes_whole_segments_go_and_the_rest_is_at_least_the_limit()
    {
        Append(7);
        _log.Retain(new RetentionRules(MaxAge: -1, MaxBytes: 3 * _length));

        Assert.Equal(4, _log.StartOffset);
        Assert.Equal(3 * _length, _log.Size);
        Assert.Equal(7, _log.EndOffset);
    }

    [Fact]
    public void No_size_costs_the_segment_that_is_written_to()
    {
        Append(3);
        _log.Retain(new RetentionRules(MaxAge: -1, MaxBytes: 0));

        Assert.Equal(2, _log.StartOffset);
    }

    [Fact]
    public void What_is_older_than_the_age_goes_when_its_whole_segment_is()
    {
        Append(3);
        _time.Advance(TimeSpan.FromSeconds(10));
        Append(1);
        _time.Advance(TimeSpan.FromSeconds(10));
        _log.Retain(new RetentionRules(MaxAge: 15_000, MaxBytes: -1));

        Assert.Equal(2, _log.StartOffset);
        _time.Advance(TimeSpan.FromSeconds(10));
        _log.Retain(new RetentionRules(MaxAge: 15_000, MaxBytes: -1));

        Assert.Equal((4, 4), (_log.StartOffset, _log.EndOffset));
        Assert.Equal(4, _log.Append(Batch().ToSequence(), _rules).BaseOffset);
    }

    [Fact]
    public void A_segment_ends_with_its_time()
    {
        var rules = _rules with { SegmentBytes = int.MaxValue, SegmentAge = 5_000 };
        _log.Append(Batch().ToSequence(), rules);
        _time.Advance(TimeSpan.FromSeconds(6));
        _log.Append(Batch().ToSequence(), rules);
        _log.Retain(new RetentionRules(MaxAge: -1, MaxBytes: 0));

        Assert.Equal(1, _log.StartOffset);
    }

    private static TestBatch Batch() => TestBatch.Of("v");

    private void Append(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _log.Append(Batch().ToSequence(), _rules);
        }
    }
}
