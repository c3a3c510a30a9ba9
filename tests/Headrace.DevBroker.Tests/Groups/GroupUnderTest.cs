using System.Text;
using Headrace.Broker.Groups;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Broker.Tests.Groups;

/// <summary>A coordinator on manual time, with short words for what clients send it.</summary>
internal sealed class GroupUnderTest(GroupSettings? settings = null, ILogger? logger = null) : IDisposable
{
    public const string Name = "billing";

    public static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Rebalance = TimeSpan.FromSeconds(60);

    public ManualTimeProvider Time { get; } = new();

    public GroupCoordinator Coordinator => field ??= NewCoordinator();

    public GroupState State => Coordinator.Describe(Name)?.State ?? GroupState.Dead;

    public static MemberProtocol Protocol(string name, string metadata = "") => new(name, Encoding.UTF8.GetBytes(metadata));

    public static JoinCall Call(string memberId = "", string? instance = null, params MemberProtocol[] protocols) => new()
    {
        Group = Name,
        Member = new MemberIdentity(memberId, instance),
        Client = new MemberClient("client", "/127.0.0.1", "connection-1"),
        ProtocolType = "consumer",
        Protocols = protocols.Length > 0 ? protocols : [Protocol("range")],
        SessionTimeout = Session,
        RebalanceTimeout = Rebalance,
        CanSkipAssignment = true,
    };

    public Task<JoinAnswer> Join(JoinCall call) => Coordinator.JoinAsync(call);

    public Task<JoinAnswer> Join(string memberId = "", string? instance = null, params MemberProtocol[] protocols) => Join(Call(memberId, instance, protocols));

    public JoinAnswer Joined(string memberId = "", string? instance = null, params MemberProtocol[] protocols) =>
        Answer(Join(memberId, instance, protocols));

    public Task<SyncAnswer> Sync(JoinAnswer member, params (string MemberId, string Assignment)[] assignments) => Coordinator.SyncAsync(new SyncCall
    {
        Group = Name,
        Member = new MemberIdentity(member.MemberId),
        Generation = member.Generation,
        ProtocolType = member.ProtocolType,
        Protocol = member.Protocol,
        Assignments = assignments.ToDictionary(each => each.MemberId, each => Encoding.UTF8.GetBytes(each.Assignment)),
    });

    public ErrorCode Heartbeat(JoinAnswer member, string? instance = null) =>
        Coordinator.Heartbeat(Name, new MemberIdentity(member.MemberId, instance), member.Generation);

    public ErrorCode Leave(string memberId, string? instance = null) => Coordinator.Leave(Name, [new MemberIdentity(memberId, instance)])[0];

    public ErrorCode Commit(string memberId = "", int generation = -1, string? instance = null, string metadata = "", long offset = 7) =>
        Coordinator.CommitOffsets(new OffsetCommit
        {
            Group = Name,
            Member = new MemberIdentity(memberId, instance),
            Generation = generation,
            Offsets = [(new OffsetKey("orders", 0), new CommittedOffset(offset, LeaderEpoch: 3, metadata))],
        })[0];

    /// <summary>A stable group: the first is the leader. Each is assigned its own name in the list.</summary>
    public IReadOnlyList<JoinAnswer> Stable(params string?[] instances)
    {
        var tasks = instances.Select(instance => Join(instance: instance)).ToList();
        // The first one's round closed at once; with the others it is asked to come again.
        if (instances.Length > 1)
        {
            tasks[0] = Join(Answer(tasks[0]).MemberId, instances[0]);
        }

        // Those in between joined a round that the next one left open.
        var members = tasks.Select(Answer).ToList();
        var assignments = members.Select((member, i) => (member.MemberId, $"share-{i}")).ToArray();
        var syncs = members.Select((member, i) => Sync(member, i == 0 ? assignments : [])).ToList();
        Assert.All(syncs, sync => Assert.Equal(ErrorCode.None, Answer(sync).Error));
        Assert.Equal(GroupState.Stable, State);
        return members;
    }

    /// <summary>The answer, which must be there already: nothing here takes time.</summary>
    public static T Answer<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "The request is still waiting.");
        return task.GetAwaiter().GetResult();
    }

    public static string Text(SyncAnswer answer) => Encoding.UTF8.GetString(answer.Assignment);

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public void Dispose() => Coordinator.Dispose();

    private GroupCoordinator NewCoordinator()
    {
        var topics = new TopicCatalogue(defaultPartitions: 2, autoCreate: false, Time);
        topics.Create("orders", 2, TopicSettings.Default);
        topics.Create("users", 2, TopicSettings.Default);
        return new GroupCoordinator(settings ?? new GroupSettings(), topics, Time, logger ?? NullLogger.Instance);
    }
}
