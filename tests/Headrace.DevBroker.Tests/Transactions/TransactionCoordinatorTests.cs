using Headrace.Broker.Groups;
using Headrace.Broker.Log;
using Headrace.Broker.Tests.Groups;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Topics;
using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Broker.Tests.Transactions;

/// <summary>What takes time, or thousands of epochs.</summary>
public sealed class TransactionCoordinatorTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly GroupCoordinator _groups;
    private readonly TransactionCoordinator _transactions;
    private readonly Topic _topic;

    public TransactionCoordinatorTests()
    {
        var topics = new TopicCatalogue(defaultPartitions: 1, autoCreate: false, _time);
        _topic = topics.Create("orders", 1, TopicSettings.Default)!;
        _groups = new GroupCoordinator(new GroupSettings(), topics, _time, NullLogger.Instance);
        _transactions = new TransactionCoordinator(new TransactionSettings(), topics, _groups, _time, NullLogger.Instance);
    }

    private PartitionLog Log => _topic.Partition(0)!;

    public void Dispose()
    {
        _transactions.Dispose();
        _groups.Dispose();
    }

    [Fact]
    public void A_transaction_that_is_open_for_too_long_is_aborted_and_its_producer_fenced()
    {
        var producer = Initialize();
        Write(producer, "a");
        _time.Advance(Timeout - TimeSpan.FromSeconds(1));
        Assert.Equal(TransactionState.Ongoing, _transactions.Find("x")!.State);
        Assert.Equal(0, Log.LastStableOffset);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TransactionState.CompleteAbort, _transactions.Find("x")!.State);
        Assert.Equal(2, Log.LastStableOffset);
        Assert.Equal(ErrorCode.ProducerFenced, _transactions.End("x", producer, commit: true));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Append(producer, "late", sequence: 1).Error);
        Write(Initialize(), "b");
    }

    [Fact]
    public void A_transaction_that_ended_in_time_does_not_end_the_next_one_early()
    {
        var producer = Initialize();
        Write(producer, "a");
        _time.Advance(Timeout / 2);
        Assert.Equal(ErrorCode.None, _transactions.End("x", producer, commit: true));
        Assert.Equal(ErrorCode.None, _transactions.AddPartitions("x", producer, [Partition]));
        _time.Advance(Timeout * 0.75);
        Assert.Equal(TransactionState.Ongoing, _transactions.Find("x")!.State);
    }

    [Fact]
    public void When_the_epochs_are_used_up_the_producer_gets_another_id()
    {
        var first = Initialize();
        var last = first;
        for (var i = 0; i < short.MaxValue - 1; i++)
        {
            last = Initialize();
        }

        Assert.Equal(first with { Epoch = short.MaxValue - 1 }, last);
        var next = Initialize();
        Assert.NotEqual(first.Id, next.Id);
        Assert.Equal(0, next.Epoch);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, _transactions.AddPartitions("x", last, [Partition]));
    }

    [Fact]
    public void A_bump_whose_answer_was_lost_is_answered_again()
    {
        var producer = Initialize();
        var bumped = _transactions.Initialize("x", Timeout, producer).Producer;
        Assert.Equal((ErrorCode.None, bumped), _transactions.Initialize("x", Timeout, producer));
        Assert.Equal(producer.Epoch + 1, bumped.Epoch);
    }

    [Fact]
    public void What_the_group_commits_by_itself_later_is_not_undone_by_the_transaction()
    {
        var producer = Initialize();
        Assert.Equal(ErrorCode.None, _transactions.AddGroup("x", producer, "billing"));
        Assert.Equal([ErrorCode.None], _transactions.CommitOffsets("x", producer, Commit(5)));
        Assert.Equal([ErrorCode.None], _groups.CommitOffsets(Commit(7)));
        Assert.Equal(ErrorCode.None, _transactions.End("x", producer, commit: true));
        Assert.Equal(7, _groups.FindOffsets(new OffsetQuery { Group = "billing", MustBeStable = true }).Each[0].Offset!.Value.Offset);
    }

    private PartitionId Partition => new(_topic.Id, 0);

    private static OffsetCommit Commit(long offset) => new()
    {
        Group = "billing",
        Member = new MemberIdentity(""),
        Generation = -1,
        Offsets = [(new OffsetKey("orders", 0), new CommittedOffset(offset, -1, ""))],
    };

    private ProducerIdentity Initialize()
    {
        var (error, producer) = _transactions.Initialize("x", Timeout, ProducerIdentity.None);
        Assert.Equal(ErrorCode.None, error);
        return producer;
    }

    private void Write(ProducerIdentity producer, string value)
    {
        Assert.Equal(ErrorCode.None, _transactions.AddPartitions("x", producer, [Partition]));
        Assert.Equal(ErrorCode.None, Append(producer, value, sequence: 0).Error);
    }

    private AppendResult Append(ProducerIdentity producer, string value, int sequence)
    {
        var batch = new TestBatch
        {
            Records = [(_time.GetUtcNow().ToUnixTimeMilliseconds(), "k", value)],
            ProducerId = producer.Id,
            ProducerEpoch = producer.Epoch,
            BaseSequence = sequence,
            Attributes = 0x10,
        };
        return Log.Append(batch.ToSequence(), _topic.Settings.AppendRules);
    }
}
