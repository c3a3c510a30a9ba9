using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Groups;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Random histories of a consumer group (KIP-848): members come, go, vanish, are slow, lose answers; topics come and grow.</summary>
public sealed class ConsumerHistoryTests
{
    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public void No_partition_ever_has_two_readers_and_in_the_end_each_has_one(string assignor) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => new History(new Random(seed), assignor).Run()).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private sealed class History(Random random, string assignor)
    {
        private readonly ManualTimeProvider _time = new();
        private readonly List<Member> _members = [];
        private TopicCatalogue _topics = null!;
        private GroupCoordinator _groups = null!;
        private int _names;

        public void Run()
        {
            _topics = new TopicCatalogue(defaultPartitions: 1, autoCreate: false, _time);
            _groups = new GroupCoordinator(new GroupSettings(), _topics, _time, NullLogger.Instance);
            using var end = _groups;
            _topics.Create("t0", random.Next(1, 9), TopicSettings.Default);
            for (var step = 0; step < 120; step++)
            {
                Step();
                AssertOneReaderEach();
            }

            Settle();
        }

        private void Step()
        {
            var member = _members.Count == 0 ? null : _members[random.Next(_members.Count)];
            switch (random.Next(24))
            {
                case 0 or 1 when _members.Count < 6:
                    _members.Add(new Member(this, random.Next(4) == 0 ? $"i{_names}" : null));
                    break;
                case 2 when member is not null:
                    member.Beat(-1);
                    _members.Remove(member);
                    break;
                case 3 when random.Next(4) == 0:
                    _topics.Create($"t{++_names}", random.Next(1, 5), TopicSettings.Default);
                    break;
                case 4 when random.Next(4) == 0:
                    _topics.Grow(_topics.All.First(), _topics.All.First().Partitions.Count + 1);
                    break;
                case 5 when member is not null && random.Next(3) == 0:
                    // It is dead, and its session ends; the others go on. What it reads is not counted once it cannot commit any more.
                    _members.Remove(member);
                    Pass(TimeSpan.FromSeconds(46), beat: true);
                    break;
                default:
                    member?.Beat(loseAnswer: random.Next(6) == 0, giveBack: random.Next(2) == 0);
                    break;
            }
        }

        private void Pass(TimeSpan time, bool beat)
        {
            for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                if (beat)
                {
                    _members.ForEach(member => member.Beat());
                }
            }
        }

        private void AssertOneReaderEach() => Assert.DoesNotContain(_members.SelectMany(member => member.Reads).GroupBy(partition => partition), readers => readers.Count() > 1);

        private void Settle()
        {
            if (_members.Count == 0)
            {
                _members.Add(new Member(this, null));
            }

            for (var round = 0; round < 12; round++)
            {
                _members.ForEach(member => member.Beat());
                AssertOneReaderEach();
            }

            var all = _topics.All.SelectMany(topic => Enumerable.Range(0, topic.Partitions.Count).Select(index => new PartitionId(topic.Id, index)));
            Assert.Equal(all.ToHashSet(), _members.SelectMany(member => member.Reads).ToHashSet());
            Assert.Equal(GroupState.Stable, _groups.Describe("g")!.State);
            if (assignor == "uniform")
            {
                Assert.InRange(_members.Max(member => member.Reads.Count) - _members.Min(member => member.Reads.Count), 0, 1);
            }
        }

        private sealed class Member(History history, string? instance)
        {
            private readonly string _id = $"m{++history._names}";
            private HashSet<PartitionId> _wanted = [];
            private int _epoch;
            private bool _tellsAll = true;

            /// <summary>What it was told to read and has not stopped reading.</summary>
            public HashSet<PartitionId> Reads { get; private set; } = [];

            public void Beat(int? epoch = null, bool loseAnswer = false, bool giveBack = true)
            {
                var answer = history._groups.Heartbeat(new ConsumerHeartbeat
                {
                    Group = "g",
                    Member = new MemberIdentity(_id, instance),
                    Epoch = epoch ?? _epoch,
                    Client = new MemberClient("client", "/127.0.0.1", "1"),
                    RebalanceTimeout = _epoch == 0 || _tellsAll ? TimeSpan.FromMinutes(5) : null,
                    Topics = _epoch == 0 ? [] : null,
                    Pattern = _epoch == 0 || _tellsAll ? "t.*" : null,
                    Assignor = history.AssignorName,
                    Owned = _epoch == 0 ? new HashSet<PartitionId>() : Reads.ToHashSet(),
                });
                if (answer.Error is ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId or ErrorCode.GroupIdNotFound)
                {
                    (_epoch, _wanted, Reads) = (0, [], []);
                    return;
                }

                Assert.Equal(ErrorCode.None, answer.Error);
                _tellsAll = loseAnswer;
                if (!loseAnswer)
                {
                    Take(answer);
                }

                if (giveBack)
                {
                    Reads.IntersectWith(_wanted);
                }
            }

            private void Take(ConsumerHeartbeatAnswer answer)
            {
                _epoch = Math.Max(answer.Epoch, 0);
                if (answer.Assignment is { } assignment)
                {
                    _wanted = [.. assignment];
                    Reads.UnionWith(_wanted);
                }
            }
        }

        private string AssignorName => assignor;
    }
}
