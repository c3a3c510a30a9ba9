namespace Headrace.Broker.Faults;

/// <summary>Which requests, when, and what happens to them. What is not set matches everything. This is also the form of the control port.</summary>
/// <remarks>Nobody changes one; the setters are there because generated JSON readers put zero in place of an init property's default.</remarks>
internal sealed record FaultRule
{
    /// <summary>None: any request.</summary>
    public IReadOnlyList<KafkaApi> Apis { get; set; } = [];

    public short? MinVersion { get; set; }

    public short? MaxVersion { get; set; }

    /// <summary>Names may hold <c>*</c> and <c>?</c>.</summary>
    public string? ClientId { get; set; }

    public string? Topic { get; set; }

    public int? Partition { get; set; }

    public string? Group { get; set; }

    public string? TransactionalId { get; set; }

    /// <summary>So many matches pass before the first is hit.</summary>
    public int After { get; set; }

    /// <summary>So many matches are hit at most.</summary>
    public int? Times { get; set; }

    public double Probability { get; set; } = 1;

    public int Seed { get; set; }

    public FaultAction Action { get; set; }

    /// <summary>How long a delay, a pause or an outage takes.</summary>
    public double Milliseconds { get; set; }

    /// <summary>The code of <see cref="FaultAction.Error"/>.</summary>
    public short Error { get; set; }

    public TimeSpan Duration => TimeSpan.FromMilliseconds(Milliseconds);

    /// <summary>What makes no sense; empty if all does.</summary>
    public IEnumerable<string> Faults()
    {
        var needsTime = Action is FaultAction.Delay or FaultAction.Throttle or FaultAction.RestartListener;
        (bool Wrong, string Fault)[] rules =
        [
            (After < 0, $"After is {After}. Use 0 or more."),
            (Times < 1, $"Times is {Times}. Use 1 or more."),
            (Probability is not (>= 0 and <= 1), $"Probability is {Probability}. Use 0 to 1."),
            (needsTime && !(Milliseconds is >= 0 and <= int.MaxValue), $"Milliseconds is {Milliseconds}. Use 0 to {int.MaxValue}."),
            (Action == FaultAction.Error && Error == 0, "Error is 0, which means success. Use a code of https://kafka.apache.org/protocol#protocol_error_codes."),
            (Partition is not null && Topic is null, $"Partition is {Partition}, of no topic. Set Topic too."),
            (Apis.Any(api => !Enum.IsDefined(api)), "Apis holds a number that is no request of Kafka's."),
        ];
        return rules.Where(rule => rule.Wrong).Select(rule => rule.Fault);
    }
}
