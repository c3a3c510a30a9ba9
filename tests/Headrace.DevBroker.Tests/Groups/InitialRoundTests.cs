using Headrace.Broker.Groups;
using Headrace.Broker.Wire;
using static Headrace.Broker.Tests.Groups.GroupUnderTest;

namespace Headrace.Broker.Tests.Groups;

/// <summary>The first round of an empty group, which may wait for more members to come.</summary>
public sealed class InitialRoundTests : IDisposable
{
    private readonly GroupUnderTest _group = new(new GroupSettings { InitialRebalanceDelay = TimeSpan.FromSeconds(3) });

    public void Dispose() => _group.Dispose();

    [Fact]
    public void It_closes_when_nobody_else_came_during_the_delay()
    {
        var first = _group.Join();
        _group.Advance(2.9);
        Assert.False(first.IsCompleted);
        _group.Advance(0.1);
        Assert.Equal(1, Answer(first).Generation);
    }

    [Fact]
    public void Each_newcomer_prolongs_it()
    {
        var first = _group.Join();
        _group.Advance(2);
        var second = _group.Join();
        _group.Advance(3);
        Assert.False(second.IsCompleted);
        _group.Advance(1);

        Assert.Equal(1, Answer(first).Generation);
        Assert.Equal(1, Answer(second).Generation);
    }

    [Fact]
    public void It_is_never_prolonged_beyond_the_rebalance_timeout()
    {
        var first = _group.Join();
        for (var waited = 0; waited < 59; waited++)
        {
            _group.Advance(1);
            _group.Join();
        }

        Assert.False(first.IsCompleted);
        _group.Advance(1);
        Assert.Equal(60, Answer(first).Members.Count);
    }

    [Fact]
    public void It_ends_empty_when_everybody_left()
    {
        var first = _group.Join(Call() with { RequiresKnownId = true });
        var joining = _group.Join(Answer(first).MemberId);
        Assert.Equal(ErrorCode.None, _group.Leave(Answer(first).MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, Answer(joining).Error);
        _group.Advance(3);
        Assert.Equal(GroupState.Empty, _group.State);
    }

    [Fact]
    public void Later_rounds_do_not_wait()
    {
        var first = _group.Join();
        _group.Advance(3);
        var second = _group.Join();
        Assert.Equal(2, _group.Joined(Answer(first).MemberId).Generation);
        Assert.Equal(2, Answer(second).Generation);
    }
}
