using System.ComponentModel.DataAnnotations;

namespace Headrace;

/// <summary>
/// What happens to a record whose handler throws. The default is three tries in place, of which only its key waits for the end, then the
/// retry topics, where there are any, then the dead-letter topic; bytes that are no message, and messages that are not valid, go there at once.
/// Later records of the key go on: a retried or dead-lettered record is overtaken by its key, unless the group keeps the order
/// (<see cref="ConsumerGroupBuilder.WithOrderKept"/>). The configuration has the same words and wins: <c>Kafka:Groups:billing:Failures</c>.
/// </summary>
public sealed class FailurePolicy
{
    private const int MostRetryTopics = 20;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    private readonly Dictionary<Type, FailureAction> _actions = new()
    {
        [typeof(MessageFormatException)] = FailureAction.DeadLetter,
        [typeof(MessageTypeException)] = FailureAction.DeadLetter,
        [typeof(ValidationException)] = FailureAction.DeadLetter,
    };

    // From the configuration, by full name.
    private readonly Dictionary<string, FailureAction> _named = new(StringComparer.Ordinal);

    internal FailurePolicy()
    {
    }

    /// <summary>
    /// How often a record is tried in place, the first time included, before it goes to the first retry topic or is dead-lettered. Default 3; 1 is no second try there. In every
    /// retry topic it is tried once.
    /// </summary>
    public int Attempts { get; set; } = 3;

    /// <summary>How long the key waits after the first failure, give or take a fifth. Default 200 ms.</summary>
    public TimeSpan BackOff { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>By how much the wait grows with each failure. Default 4.</summary>
    public double BackOffFactor { get; set; } = 4;

    /// <summary>The longest wait. Default 30 s.</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a record waits in each of its retry topics, in their order; from 1 ms to 30 days, at most 20. Each is a topic of its own,
    /// <c>&lt;topic&gt;.&lt;group&gt;.retry.&lt;delay&gt;</c>, which is made before the group starts; a delay that stands here twice is one topic that is walked twice. Never early by the
    /// consumer's clock. Default: none.
    /// </summary>
    public IList<TimeSpan> RetryTopics { get; set; } = [];

    /// <summary>
    /// What is written of an exception's text: into dead letters, retry topics and the status. For masking what must not leave; <see langword="null"/> writes none, nor a stack. Default:
    /// message and stack as they are, cut.
    /// </summary>
    public Func<Exception, string?>? DescribeException { get; set; }

    /// <summary>Failures of this type are tried again, as often as <see cref="Attempts"/> says. A rule for a type goes for its subtypes; the nearest wins.</summary>
    public FailurePolicy RetryOn<TException>()
        where TException : Exception => On<TException>(FailureAction.Retry);

    /// <summary>Failures of this type, or caused by one, go to the next retry topic without another try in place; without one, to the dead-letter topic.</summary>
    public FailurePolicy RetryLaterOn<TException>()
        where TException : Exception => On<TException>(FailureAction.RetryLater);

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
                if (_named.TryGetValue(type.FullName ?? type.Name, out var action) || _actions.TryGetValue(type, out action))
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

    /// <summary>The retry topic that comes after so many; <see langword="null"/> when there is none.</summary>
    internal TimeSpan? RetryTopicAfter(int walked) => walked < RetryTopics.Count ? RetryTopics[walked] : null;

    internal string? TextOf(Exception error) => DescribeException is { } describe ? describe(error) : error.Message;

    internal void On(string exceptionType, FailureAction action) => _named[exceptionType] = action;

    internal IEnumerable<string> Faults()
    {
        if (RetryTopics.Count > MostRetryTopics || RetryTopics.Any(static delay => delay < TimeSpan.FromMilliseconds(1) || delay > LongestDelay || delay.Ticks % TimeSpan.TicksPerMillisecond != 0))
        {
            yield return $"its failure policy has RetryTopics = {string.Join(", ", RetryTopics)}. Set at most {MostRetryTopics} delays, of whole milliseconds, from 1 ms to {LongestDelay.Days} days.";
        }

        if (RetryTopics.Count == 0 && _actions.Values.Concat(_named.Values).Contains(FailureAction.RetryLater))
        {
            yield return "its failure policy says RetryLater for an exception, and has no RetryTopics. Add one, or choose another word for the exception.";
        }

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
