using System.ComponentModel.DataAnnotations;
using Headrace.Topology;

namespace Headrace;

/// <summary>
/// What happens to a record whose handler throws. The default is three tries in place, of which only its key waits for the end, then the
/// dead-letter topic; bytes that are no message, and messages that are not valid, go there at once. Later records of the key go on.
/// </summary>
public sealed class FailurePolicy
{
    private readonly Dictionary<Type, FailureAction> _actions = new()
    {
        [typeof(MessageFormatException)] = FailureAction.DeadLetter,
        [typeof(MessageTypeException)] = FailureAction.DeadLetter,
        [typeof(ValidationException)] = FailureAction.DeadLetter,
    };

    internal FailurePolicy()
    {
    }

    /// <summary>How often a record is tried before it is dead-lettered, the first time included. Default 3; 1 dead-letters at the first failure.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>How long the key waits after the first failure, give or take a fifth. Default 200 ms.</summary>
    public TimeSpan BackOff { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>By how much the wait grows with each failure. Default 4.</summary>
    public double BackOffFactor { get; set; } = 4;

    /// <summary>The longest wait. Default 30 s.</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures of this type are tried again, as often as <see cref="Attempts"/> says. A rule for a type goes for its subtypes; the nearest wins.</summary>
    public FailurePolicy RetryOn<TException>()
        where TException : Exception => On<TException>(FailureAction.Retry);

    /// <summary>Failures of this type, or caused by one, are dead-lettered at once.</summary>
    public FailurePolicy DeadLetterOn<TException>()
        where TException : Exception => On<TException>(FailureAction.DeadLetter);

    /// <summary>Failures of this type, or caused by one, settle the record unhandled: counted, warned about, and gone for this group.</summary>
    public FailurePolicy SkipOn<TException>()
        where TException : Exception => On<TException>(FailureAction.Skip);

    /// <summary>Failures of this type, or caused by one, stop the group with the record unsettled.</summary>
    public FailurePolicy StopOn<TException>()
        where TException : Exception => On<TException>(FailureAction.Stop);

    /// <summary>What an exception leads to: the rule nearest to its own type, else that of its causes, else another try.</summary>
    internal FailureAction ActionFor(Exception error)
    {
        foreach (var cause in CausesOf(error))
        {
            for (var type = cause.GetType(); type is not null; type = type.BaseType)
            {
                if (_actions.TryGetValue(type, out var action))
                {
                    return action;
                }
            }
        }

        return FailureAction.Retry;
    }

    /// <summary>How long to wait after this many failures; <paramref name="chance"/> is between 0 and 1.</summary>
    internal TimeSpan DelayAfter(int failures, double chance)
    {
        var delay = BackOff.TotalMilliseconds * Math.Pow(BackOffFactor, Math.Clamp(failures - 1, 0, 100)) * (0.8 + (0.4 * chance));
        return TimeSpan.FromMilliseconds(Math.Min(delay, MaxBackOff.TotalMilliseconds));
    }

    internal IEnumerable<string> Faults()
    {
        if (Attempts < 1)
        {
            yield return $"its failure policy has Attempts = {Attempts}. Set 1 for no second try, or more.";
        }

        if (BackOff < TimeSpan.Zero || MaxBackOff < TimeSpan.Zero || BackOffFactor < 1)
        {
            yield return $"its failure policy has BackOff = {BackOff}, BackOffFactor = {BackOffFactor}, MaxBackOff = {MaxBackOff}. Set times of zero or more and a factor of 1 or more.";
        }
    }

    private static IEnumerable<Exception> CausesOf(Exception error)
    {
        yield return error;
        var causes = error is AggregateException several ? several.InnerExceptions : error.InnerException is { } one ? [one] : Enumerable.Empty<Exception>();
        foreach (var cause in causes.SelectMany(CausesOf))
        {
            yield return cause;
        }
    }

    private FailurePolicy On<TException>(FailureAction action)
    {
        _actions[typeof(TException)] = action;
        return this;
    }
}
