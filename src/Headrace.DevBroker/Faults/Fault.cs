using Headrace.Broker.Faults;
using Headrace.Broker.Requests;

namespace Headrace;

/// <summary>A rule that is in force until it is disposed, or has hit as often as it may. Thread-safe.</summary>
public sealed class Fault : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly Func<bool>? _condition;
    private readonly Action<Fault> _remove;
    private int _matched;
    private int _hits;

    internal Fault(int id, FaultRule rule, Func<bool>? condition, Action<Fault> remove)
    {
        Id = id;
        Rule = rule;
        _condition = condition;
        _remove = remove;
#pragma warning disable CA5394 // Which requests are hit is to be repeated, not to be secret.
        _random = new Random(rule.Seed);
#pragma warning restore CA5394
    }

    /// <summary>Its number, as the broker's log names it.</summary>
    public int Id { get; }

    /// <summary>How many requests it has hit.</summary>
    public int Hits
    {
        get
        {
            lock (_lock)
            {
                return _hits;
            }
        }
    }

    internal FaultRule Rule { get; }

    /// <summary>Ends the rule. What it has done to requests so far stays done.</summary>
    public void Dispose() => _remove(this);

    /// <summary>Whether the request is to be hit; counts it.</summary>
    internal bool TryHit(KafkaApi key, RequestContext context, RequestSubject subject)
    {
        if (!Matches(key, context, subject) || _condition?.Invoke() == false)
        {
            return false;
        }

        lock (_lock)
        {
            if (_matched++ < Rule.After || _hits >= Rule.Times || !IsChosen())
            {
                return false;
            }

            _hits++;
            return true;
        }
    }

    /// <summary>Whether the rule means this partition.</summary>
    internal bool IsAbout(string topic, int partition) =>
        NamePattern.Matches(Rule.Topic, topic) && (Rule.Partition is null || partition == RequestSubject.WholeTopic || Rule.Partition == partition);

    private bool Matches(KafkaApi key, RequestContext context, RequestSubject subject) =>
        (Rule.Apis.Count == 0 || Rule.Apis.Contains(key))
        && context.Version >= (Rule.MinVersion ?? short.MinValue)
        && context.Version <= (Rule.MaxVersion ?? short.MaxValue)
        && NamePattern.Matches(Rule.ClientId, context.ClientId)
        && NamePattern.Matches(Rule.TransactionalId, subject.TransactionalId)
        && (Rule.Group is null || subject.Groups.Any(group => NamePattern.Matches(Rule.Group, group)))
        && (Rule.Topic is null || subject.Partitions.Any(one => IsAbout(one.Topic, one.Partition)));

#pragma warning disable CA5394
    private bool IsChosen() => Rule.Probability >= 1 || _random.NextDouble() < Rule.Probability;
#pragma warning restore CA5394
}
