namespace Headrace;

/// <summary>What the configuration says of failures, over <see cref="FailurePolicy"/>: of a group, or of one message type of it. What is not set is left to the code.</summary>
public sealed class FailureOptions
{
    /// <summary>As <see cref="FailurePolicy.Attempts"/>.</summary>
    public int? Attempts { get; set; }

    /// <summary>As <see cref="FailurePolicy.BackOff"/>.</summary>
    public TimeSpan? BackOff { get; set; }

    /// <summary>As <see cref="FailurePolicy.BackOffFactor"/>.</summary>
    public double? BackOffFactor { get; set; }

    /// <summary>As <see cref="FailurePolicy.MaxBackOff"/>.</summary>
    public TimeSpan? MaxBackOff { get; set; }

    /// <summary>As <see cref="FailurePolicy.RetryTopics"/>: all of them, in place of those in code.</summary>
    public IReadOnlyList<TimeSpan>? RetryTopics { get; set; }

    /// <summary>What exceptions lead to, by the type's full name, such as <c>System.TimeoutException</c>. A rule for a type goes for its subtypes; the nearest wins.</summary>
    public IDictionary<string, FailureAction> Exceptions { get; } = new Dictionary<string, FailureAction>(StringComparer.Ordinal);

    /// <summary>What is different for a message type, by its name on the wire.</summary>
    public IDictionary<string, FailureOptions> Types { get; } = new Dictionary<string, FailureOptions>(StringComparer.Ordinal);

    /// <summary>Changes a policy to what is set.</summary>
    internal void ApplyTo(FailurePolicy policy, string? messageType)
    {
        policy.Attempts = Attempts ?? policy.Attempts;
        policy.BackOff = BackOff ?? policy.BackOff;
        policy.BackOffFactor = BackOffFactor ?? policy.BackOffFactor;
        policy.MaxBackOff = MaxBackOff ?? policy.MaxBackOff;
        policy.RetryTopics = RetryTopics is { } delays ? [.. delays] : policy.RetryTopics;
        foreach (var (exception, action) in Exceptions)
        {
            policy.On(exception, action);
        }

        if (messageType is not null && Types.TryGetValue(messageType, out var own))
        {
            own.ApplyTo(policy, null);
        }
    }
}
