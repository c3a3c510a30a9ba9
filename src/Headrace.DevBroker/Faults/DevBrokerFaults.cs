using System.Diagnostics.CodeAnalysis;
using Headrace.Broker.Faults;
using Headrace.Broker.Requests;
using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>
/// Makes a broker fail on purpose: <see cref="On"/> for requests to come, the other methods at once. Every hit is logged and counted. Thread-safe.
/// </summary>
public sealed class DevBrokerFaults
{
    private readonly Lock _lock = new();
    private readonly BrokerState _broker;
    private readonly ILogger _logger;
    private readonly List<Task> _outages = [];
    private volatile Fault[] _faults = [];
    private int _lastId;

    internal DevBrokerFaults(BrokerState broker, ILogger logger) => (_broker, _logger) = (broker, logger);

    /// <summary>The rules that are in force, oldest first. A request is hit by the first that matches it.</summary>
    public IReadOnlyList<Fault> All => _faults;

    /// <summary>Closes and opens the listener; set by whoever has it.</summary>
    internal Func<TimeSpan, Task>? Outage { get; set; }

    internal bool IsIdle => _faults.Length == 0;

    /// <summary>Begins a rule for these requests, or for all if none is named.</summary>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "On is what it means.")]
    public FaultConditions On(params KafkaApi[] apis) => new(this, new FaultRule { Apis = apis });

    /// <summary>Ends all rules.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _faults = [];
        }
    }

    /// <summary>Makes the members of a group join again. False: there is no such group, or nobody is in it.</summary>
    public bool Rebalance(string group) => _broker.Groups.Rebalance(group, "a fault forced a rebalance");

    /// <summary>Ends the session of one member, named by member id or instance id, or of all. Returns how many were in the group and are not any more.</summary>
    public int ExpireMembers(string group, string? member = null) => _broker.Groups.Expire(group, member);

    /// <summary>Fences a transactional id, as another producer with that id does: its open transaction is aborted. False: nobody has used the id.</summary>
    public bool FenceProducer(string transactionalId) => _broker.Transactions.Fence(transactionalId, "a fault fenced it");

    /// <summary>Begins another leader epoch in one partition, or in all of the topic, as a change of the leader does. False: there is no such partition.</summary>
    public bool RaiseLeaderEpoch(string topic, int? partition = null)
    {
        if (!_broker.Topics.TryGet(topic, out var found) || (partition is { } index && found.Partition(index) is null))
        {
            return false;
        }

        foreach (var log in partition is { } one ? [found.Partition(one)!] : found.Partitions)
        {
            _logger.LogInformation("A fault raises the leader epoch of a partition of {Topic} to {Epoch}", topic, log.RaiseLeaderEpoch());
        }

        return true;
    }

    internal Fault Add(FaultRule rule, Func<bool>? condition = null)
    {
        var wrong = rule.Faults().ToList();
        if (wrong.Count > 0)
        {
            throw new ArgumentException("The fault makes no sense. " + string.Join(" ", wrong), nameof(rule));
        }

        lock (_lock)
        {
            var fault = new Fault(++_lastId, rule, condition, Remove);
            _faults = [.. _faults, fault];
            return fault;
        }
    }

    internal Fault? TryHit(KafkaApi key, RequestContext context, RequestSubject subject) => Array.Find(_faults, fault => fault.TryHit(key, context, subject));

    /// <summary>Begins an outage of the listener. False: there is none to stop.</summary>
    internal bool RestartListener(TimeSpan downFor)
    {
        if (Outage is not { } outage)
        {
            return false;
        }

        lock (_lock)
        {
            _outages.RemoveAll(task => task.IsCompleted);
            _outages.Add(outage(downFor));
        }

        return true;
    }

    /// <summary>Waits for outages under way, so that no listener opens after the broker's end.</summary>
    internal Task EndAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_outages);
        }
    }

    private void Remove(Fault fault)
    {
        lock (_lock)
        {
            _faults = [.. _faults.Where(other => other != fault)];
        }
    }
}
