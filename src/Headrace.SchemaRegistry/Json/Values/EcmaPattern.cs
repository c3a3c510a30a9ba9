using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Headrace.Json;

/// <summary>
/// A regular expression as JSON Schema means it: ECMA-262, with the flag u. It runs without backtracking, in time that grows with the text, unless it
/// looks around or back; then a clock stops it.
/// </summary>
internal sealed class EcmaPattern
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(250);

    private readonly Regex _regex;
    private readonly bool _isLinear;

    private EcmaPattern(string text, Regex regex, bool isLinear) => (Text, _regex, _isLinear) = (text, regex, isLinear);

    /// <summary>The expression as it is in the schema.</summary>
    public string Text { get; }

    /// <exception cref="FormatException">It is no expression, or uses what cannot be had here; the message says what.</exception>
    public static EcmaPattern Parse(string text)
    {
        var translated = EcmaPatternTranslator.Translate(text);
        try
        {
            return new(text, new(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MaxTime), true);
        }
        catch (NotSupportedException)
        {
            return new(text, new(translated, RegexOptions.CultureInvariant, MaxTime), false);
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    /// <param name="value">The text to search.</param>
    /// <param name="time">How long such expressions have taken together for one message; grows.</param>
    /// <exception cref="EvaluationLimitException">It takes too long.</exception>
    public bool IsMatch(string value, ref TimeSpan time)
    {
        try
        {
            if (_isLinear)
            {
                return _regex.IsMatch(value);
            }

            var start = Stopwatch.GetTimestamp();
            var isMatch = _regex.IsMatch(value);
            time += Stopwatch.GetElapsedTime(start);
            return time <= MaxTime ? isMatch : throw new EvaluationLimitException($"'{Text}' and others like it take longer than {MaxTime.TotalMilliseconds} ms together");
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EvaluationLimitException($"'{Text}' takes longer than {MaxTime.TotalMilliseconds} ms on a text of {value.Length} characters");
        }
    }
}
