using System.Collections.Concurrent;
using System.Diagnostics;
using Headrace.Chaos.Members;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Chaos;

/// <summary>A broker, a producer and three members, to be disturbed.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    public const int Partitions = 12;
    private const int Keys = 1_000;
    private const int MembersAtATime = 3;
    private const int Progress = 300;

    // A member that was cut off notices with a heartbeat, one in a second.
    private static readonly long NoticeTicks = 5 * Stopwatch.Frequency;
    private static readonly long SessionTicks = 6 * Stopwatch.Frequency;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _folder;
    private readonly RecordProducer _producer;
    private readonly ClusterAdmin _admin;
    private readonly CommitSamples _samples;
    private readonly ConcurrentQueue<(long From, long Until)> _stalls = new();
    private readonly Pulse _pulse;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _sampled = new();
    private readonly List<MemberProcess> _members = [];
    private readonly List<string> _log = [];
    private Task _loading = Task.CompletedTask;
    private Task _sampling = Task.CompletedTask;

    private ChaosRun(DirectoryInfo folder, BrokerUnderChaos broker, int seed)
    {
        (_folder, Broker) = (folder, broker);
        var settings = Member.ClientSettings(broker.Address);
        _producer = new(settings, NullLoggerFactory.Instance);
        _admin = new(settings, NullLoggerFactory.Instance);
        _samples = new(broker.Address, Group, Topic, Partitions);
        _pulse = new((from, until) => _stalls.Enqueue((from, until)));
        Load = new(_producer, Topic, Keys, seed);
    }

    public string Group { get; } = $"chaos-{Guid.NewGuid():N}";

    public string Topic => Group;

    public BrokerUnderChaos Broker { get; }

    public Load Load { get; }

    /// <summary>The members that run.</summary>
    public IReadOnlyList<MemberProcess> Living => _members[^MembersAtATime..];

    /// <summary>What was done, and when.</summary>
    public string Log => string.Join('\n', _log);

    public static async Task<ChaosRun> StartAsync(int seed)
    {
        var folder = Directory.CreateTempSubdirectory("headrace-chaos-");
        var run = new ChaosRun(folder, await BrokerUnderChaos.StartAsync(Path.Combine(folder.FullName, "broker")), seed);
        try
        {
            await run.BeginAsync();
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something that costs no member its partitions.</summary>
    public Task DisturbAsync(string what, Func<Task> disturb)
    {
        _log.Add($"{Loss.Milliseconds(Stopwatch.GetTimestamp())}  {what}");
        return disturb();
    }

    /// <summary>Does something in which members may lose partitions, or end.</summary>
    public async Task LoseAsync(string what, string cause, IReadOnlyCollection<MemberProcess> members, Func<Task> disturb)
    {
        var (from, committed) = (Stopwatch.GetTimestamp(), _samples.Last);
        await DisturbAsync(what, disturb);
        var until = Stopwatch.GetTimestamp();
        foreach (var member in members)
        {
            member.Losses.Add(new(from, member.HasExited ? until : until + NoticeTicks, committed, cause));
        }
    }

    /// <summary>Starts a member in the place of one that ended.</summary>
    public void Replace(MemberProcess ended)
    {
        _members.Remove(ended);
        _members.Insert(0, ended);
        _members.Add(NewMember());
    }

    /// <summary>Waits until records are produced, handled and committed again.</summary>
    public async Task GoOnAsync()
    {
        var (acknowledged, committed) = (Load.Acknowledged.Count, _samples.Sum);
        await UntilAsync("records are produced and committed again", () => Load.Acknowledged.Count > acknowledged + Progress && _samples.Sum > committed + Progress);
    }

    /// <summary>Ends the load, lets the members finish everything and leave, and judges.</summary>
    public async Task<Verdict> EndAsync()
    {
        _log.Add($"{Loss.Milliseconds(Stopwatch.GetTimestamp())}  the end");
        await _ending.CancelAsync();
        await _loading;
        var ends = await _admin.EndOffsetsAsync([Topic], TestContext.Current.CancellationToken);
        await UntilAsync("everything is committed", () => ends.All(end => _samples.Last.GetValueOrDefault(end.Key.Partition).Offset >= end.Value));
        foreach (var member in Living)
        {
            await member.LeaveAsync();
        }

        string[] unexplained = [.. _members.SelectMany(ExplainLosses)];
        return Verdict.Of(_members, Load.Acknowledged, unexplained);
    }

    /// <summary>
    /// A member that lost partitions although nothing was done to it: where it, or the process with the broker, stood still, it was the machine. Says what
    /// nothing explains.
    /// </summary>
    private IEnumerable<string> ExplainLosses(MemberProcess member)
    {
        var lines = member.Lines.ToList();
        var stalls = _stalls.Concat(lines.Where(static line => line.What == HandledLine.Stalled).Select(static line => (From: line.Record.Offset, Until: line.At))).ToList();
        foreach (var lost in lines.Where(static line => line.What == HandledLine.Lost).Select(static line => line.At))
        {
            if (member.Losses.Any(loss => loss.From <= lost && lost <= loss.Until + SessionTicks))
            {
                continue;
            }

            if (stalls.Where(stall => stall.From <= lost && lost <= stall.Until + SessionTicks + NoticeTicks).Select(static stall => stall.From).DefaultIfEmpty().Min() is not 0 and var from)
            {
                member.Losses.Add(new(from, lost, _samples.Before(from), "a stall of the machine"));
            }
            else
            {
                yield return $"lost for nothing: {member.Name} lost partitions at {Loss.Milliseconds(lost)}";
            }
        }
    }

    /// <summary>Commits that moved back.</summary>
    public IReadOnlyCollection<string> CommitFaults => _samples.Faults;

    /// <summary>What the members printed last.</summary>
    public string Output => string.Join('\n', Living.Select(one => $"── {one.Name}\n{one.Output}"));

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        _pulse.Dispose();
        await _sampled.CancelAsync();
        await _sampling;
        await _producer.DisposeAsync();
        await _loading;
        _admin.Dispose();
        await Broker.DisposeAsync();
        _ending.Dispose();
        _sampled.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task BeginAsync()
    {
        await _admin.CreateTopicsAsync([new(Topic, Partitions, 1)], TestContext.Current.CancellationToken);
        for (var i = 0; i < MembersAtATime; i++)
        {
            _members.Add(NewMember());
        }

        _loading = Task.Run(() => Load.RunAsync(_ending.Token), CancellationToken.None);
        _sampling = Task.Run(() => _samples.RunAsync(_sampled.Token), CancellationToken.None);
        await GoOnAsync();
    }

    private MemberProcess NewMember() => new($"member-{_members.Count + 1}", _folder.FullName, Broker.Address, Topic, Group);

    private async Task UntilAsync(string what, Func<bool> condition)
    {
        var before = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.False(_loading.IsFaulted, _loading.Exception?.ToString());
            Assert.False(_sampling.IsFaulted, _sampling.Exception?.ToString());
            Assert.All(Living, member => Assert.False(member.HasExited, $"{member.Name} has ended by itself."));
            Assert.True(Stopwatch.GetElapsedTime(before) < Deadline, $"After {Deadline.TotalSeconds} s still not: {what}. Committed: {_samples.Sum}, acknowledged: {Load.Acknowledged.Count}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
