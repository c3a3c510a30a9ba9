using Headrace.Broker.Faults;

namespace Headrace;

/// <summary>
/// Describes which requests a fault hits, and when; the last word says what happens to them and puts the rule in force. Names may hold <c>*</c> and <c>?</c>.
/// </summary>
public sealed class FaultConditions
{
    private readonly DevBrokerFaults _faults;
    private FaultRule _rule;
    private Func<bool>? _condition;

    internal FaultConditions(DevBrokerFaults faults, FaultRule rule) => (_faults, _rule) = (faults, rule);

    /// <summary>Only requests in these versions of the protocol.</summary>
    public FaultConditions Versions(short min, short max) => With(_rule with { MinVersion = min, MaxVersion = max });

    /// <summary>Only requests of clients with this <c>client.id</c>.</summary>
    public FaultConditions FromClient(string clientId) => With(_rule with { ClientId = clientId });

    /// <summary>Only requests that name the topic, and of Produce and Fetch only the topic's own partitions.</summary>
    public FaultConditions Topic(string topic, int? partition = null) => With(_rule with { Topic = topic, Partition = partition });

    /// <summary>Only requests that name the group.</summary>
    public FaultConditions Group(string group) => With(_rule with { Group = group });

    /// <summary>Only requests that name the transactional id.</summary>
    public FaultConditions TransactionalId(string transactionalId) => With(_rule with { TransactionalId = transactionalId });

    /// <summary>Lets so many matching requests pass first. Default 0.</summary>
    public FaultConditions After(int requests) => With(_rule with { After = requests });

    /// <summary>Hits so many requests, then no more. Default: no end.</summary>
    public FaultConditions Times(int requests) => With(_rule with { Times = requests });

    /// <summary>Hits each matching request with this probability, 0 to 1. The same seed hits the same ones.</summary>
    public FaultConditions WithProbability(double probability, int seed = 0) => With(_rule with { Probability = probability, Seed = seed });

    /// <summary>Hits only while this is true. It is asked on the thread of a connection, for every match.</summary>
    public FaultConditions While(Func<bool> condition)
    {
        _condition = condition;
        return this;
    }

    /// <summary>Handles the request later. The connection's later requests wait behind it, as in Kafka.</summary>
    public Fault Delay(TimeSpan duration) => Add(FaultAction.Delay, duration);

    /// <summary>Does not handle the request, and answers this error wherever the answer has a place for one.</summary>
    /// <param name="code">A code of https://kafka.apache.org/protocol#protocol_error_codes; the numbers of Confluent.Kafka's <c>ErrorCode</c> from 1 on are the same.</param>
    /// <exception cref="ArgumentException">The code is 0, which means success.</exception>
    public Fault Error(int code) => _faults.Add(_rule with { Action = FaultAction.Error, Error = checked((short)code) }, _condition);

    /// <summary>Closes the connection; the request is not handled.</summary>
    public Fault Close() => Add(FaultAction.Close);

    /// <summary>Handles the request and closes the connection instead of answering: the client cannot know that it took effect.</summary>
    public Fault LoseReply() => Add(FaultAction.LoseReply);

    /// <summary>Reads the request, and neither handles nor answers it, nor any later one of its connection.</summary>
    public Fault NeverAnswer() => Add(FaultAction.NeverAnswer);

    /// <summary>Handles and answers; the answers to Produce and Fetch tell the client to pause so long, and the broker reads nothing from the connection meanwhile (KIP-219).</summary>
    public Fault Throttle(TimeSpan duration) => Add(FaultAction.Throttle, duration);

    /// <summary>Breaks the copy of the records that a Fetch is answered with, so that they do not match their checksum. The log stays whole.</summary>
    public Fault Corrupt() => Add(FaultAction.Corrupt);

    /// <summary>Closes every connection and refuses new ones for a while. The request is not handled. Data are kept.</summary>
    public Fault RestartListener(TimeSpan downFor) => Add(FaultAction.RestartListener, downFor);

    /// <summary>Makes all members of the groups that the request names join again, then handles it.</summary>
    public Fault Rebalance() => Add(FaultAction.Rebalance);

    /// <summary>Ends the session of the member that the request comes from, or of all in its groups where it names none, then handles it.</summary>
    public Fault ExpireMembers() => Add(FaultAction.ExpireMembers);

    /// <summary>Fences the transactional id that the request names, as another producer with that id does, then handles it.</summary>
    public Fault FenceProducer() => Add(FaultAction.FenceProducer);

    /// <summary>Begins another leader epoch in the partitions that the request names, then handles it.</summary>
    public Fault RaiseLeaderEpoch() => Add(FaultAction.RaiseLeaderEpoch);

    private Fault Add(FaultAction action, TimeSpan duration = default) => _faults.Add(_rule with { Action = action, Milliseconds = duration.TotalMilliseconds }, _condition);

    private FaultConditions With(FaultRule rule)
    {
        _rule = rule;
        return this;
    }
}
