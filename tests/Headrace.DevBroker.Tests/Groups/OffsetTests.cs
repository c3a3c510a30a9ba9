using Headrace.Broker.Groups;
using Headrace.Broker.Wire;
using static Headrace.Broker.Tests.Groups.GroupUnderTest;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Who may commit, what is given back, and when it is gone.</summary>
public sealed class OffsetTests : IDisposable
{
    private static readonly OffsetKey Orders0 = new("orders", 0);
    private readonly GroupUnderTest _group = new();

    private CommittedOffset? Committed => _group.Coordinator.FindOffsets(new OffsetQuery { Group = Name, Keys = [Orders0] }).Each[0].Offset;

    private IReadOnlyList<FoundOffset> All => _group.Coordinator.FindOffsets(new OffsetQuery { Group = Name }).Each;

    public void Dispose() => _group.Dispose();

    [Fact]
    public void Epoch_and_metadata_come_back_as_they_were_committed()
    {
        Assert.Equal(ErrorCode.None, _group.Commit(offset: 42, metadata: "finished above: 44-47 é"));
        Assert.Equal(new CommittedOffset(42, 3, "finished above: 44-47 é"), Committed);
        Assert.Equal([new FoundOffset(Orders0, Committed)], All);
        Assert.Equal(ErrorCode.None, _group.Commit(offset: 41));
        Assert.Equal(41, Committed!.Value.Offset);
    }

    [Fact]
    public void Metadata_may_have_4096_characters_and_one_refusal_is_not_another_partitions()
    {
        var commit = new OffsetCommit
        {
            Group = Name,
            Member = new MemberIdentity(""),
            Generation = -1,
            Offsets = [(Orders0, new CommittedOffset(1, -1, new string('é', 4096))), (new("orders", 1), new CommittedOffset(1, -1, new string('x', 4097)))],
        };

        Assert.Equal([ErrorCode.None, ErrorCode.OffsetMetadataTooLarge], _group.Coordinator.CommitOffsets(commit));
        Assert.Single(All);
    }

    [Fact]
    public void A_partition_that_does_not_exist_takes_no_offset_and_makes_no_group()
    {
        OffsetKey missing = new("orders", 2), unknown = new("nothing", 0);
        var commit = new OffsetCommit
        {
            Group = Name,
            Member = new MemberIdentity(""),
            Generation = -1,
            Offsets = [(missing, new CommittedOffset(1, -1, "")), (unknown, new CommittedOffset(1, -1, ""))],
        };
        Assert.Equal([ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition], _group.Coordinator.CommitOffsets(commit));
        Assert.Equal(GroupState.Dead, _group.State);

        commit = commit with { Offsets = [.. commit.Offsets, (Orders0, new CommittedOffset(1, -1, ""))] };
        Assert.Equal([ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition, ErrorCode.None], _group.Coordinator.CommitOffsets(commit));
        Assert.Equal([ErrorCode.UnknownTopicOrPartition], _group.Coordinator.DeleteOffsets(Name, [missing]).Each);
    }

    [Fact]
    public void Without_a_generation_anybody_commits_to_an_empty_group_and_nobody_to_another()
    {
        Assert.Equal(ErrorCode.None, _group.Commit());
        Assert.Equal(ErrorCode.None, _group.Commit("an id of its own making"));
        Assert.Equal(GroupState.Empty, _group.State);

        var member = _group.Stable([null])[0];
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Commit());
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Commit("an id of its own making"));
        Assert.Equal(ErrorCode.IllegalGeneration, _group.Commit(member.MemberId));
    }

    [Fact]
    public void A_members_commit_counts_in_its_generation_only()
    {
        Assert.Equal(ErrorCode.IllegalGeneration, _group.Commit("somebody", generation: 1));
        Assert.Equal(GroupState.Dead, _group.State);

        var member = _group.Stable([null])[0];
        Assert.Equal(ErrorCode.None, _group.Commit(member.MemberId, member.Generation));
        Assert.Equal(ErrorCode.IllegalGeneration, _group.Commit(member.MemberId, member.Generation - 1));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Commit("somebody", member.Generation));
        _group.Leave(member.MemberId);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Commit(member.MemberId, member.Generation));
    }

    [Fact]
    public void Commits_are_taken_while_a_round_is_open_and_not_between_its_end_and_the_assignment()
    {
        var member = _group.Stable([null])[0];
        _group.Join();
        Assert.Equal(ErrorCode.None, _group.Commit(member.MemberId, member.Generation));

        member = _group.Joined(member.MemberId);
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Commit(member.MemberId, member.Generation));
    }

    [Fact]
    public void A_commit_keeps_the_session_alive()
    {
        var member = _group.Stable([null])[0];
        for (var i = 0; i < 3; i++)
        {
            _group.Advance(9);
            Assert.Equal(ErrorCode.None, _group.Commit(member.MemberId, member.Generation));
        }
    }

    [Fact]
    public void Offsets_of_topics_that_members_read_cannot_be_deleted()
    {
        _group.Commit();
        byte[] readsOrders = [0, 1, 0, 0, 0, 1, 0, 6, .. "orders"u8, 0, 0, 0, 0];
        var member = Answer(_group.Join(Call("", null, new MemberProtocol("range", readsOrders))));
        OffsetKey other = new("users", 0);

        Assert.Equal([ErrorCode.GroupSubscribedToTopic, ErrorCode.None], _group.Coordinator.DeleteOffsets(Name, [Orders0, other]).Each);
        Assert.NotNull(Committed);

        _group.Leave(member.MemberId);
        Assert.Equal([ErrorCode.None], _group.Coordinator.DeleteOffsets(Name, [Orders0]).Each);
        Assert.Null(Committed);
    }

    [Fact]
    public void A_consumer_group_that_cannot_be_read_is_taken_to_read_everything_and_other_types_are_not_touched()
    {
        var member = _group.Stable([null])[0];
        Assert.Equal([ErrorCode.GroupSubscribedToTopic], _group.Coordinator.DeleteOffsets(Name, [Orders0]).Each);

        _group.Leave(member.MemberId);
        Answer(_group.Join(Call() with { ProtocolType = "connect" }));
        Assert.Equal(ErrorCode.NonEmptyGroup, _group.Coordinator.DeleteOffsets(Name, [Orders0]).Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, _group.Coordinator.DeleteOffsets("nobody's", [Orders0]).Error);
    }

    [Fact]
    public void A_group_can_be_deleted_when_it_is_empty_and_takes_its_offsets_along()
    {
        Assert.Equal(ErrorCode.GroupIdNotFound, _group.Coordinator.DeleteGroup(Name));
        _group.Commit();
        var member = _group.Stable([null])[0];
        Assert.Equal(ErrorCode.NonEmptyGroup, _group.Coordinator.DeleteGroup(Name));

        _group.Leave(member.MemberId);
        Assert.Equal(ErrorCode.None, _group.Coordinator.DeleteGroup(Name));
        Assert.Equal(GroupState.Dead, _group.State);
        Assert.Empty(_group.Coordinator.List());
        Assert.Null(Committed);
        Assert.Equal(1, _group.Joined().Generation);
    }

    [Fact]
    public void A_deleted_topic_takes_its_offsets_along()
    {
        _group.Commit();
        _group.Coordinator.ForgetTopic("order");
        Assert.NotNull(Committed);
        _group.Coordinator.ForgetTopic("orders");
        Assert.Null(Committed);
    }
}
