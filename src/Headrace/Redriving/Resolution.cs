namespace Headrace.Redriving;

/// <summary>Says of a dead letter, by the key of its record, that it waits no longer.</summary>
/// <param name="Action"><c>redriven</c> or <c>discarded</c>.</param>
/// <param name="Run">Of which run.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="To">The topic it went to.</param>
internal sealed record Resolution(string Action, string Run, DateTimeOffset At, string By, string? To)
{
    public const string Redriven = "redriven";
    public const string Discarded = "discarded";
}
