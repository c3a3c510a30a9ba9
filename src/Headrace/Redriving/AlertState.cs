using System.Text.Json;

namespace Headrace.Redriving;

/// <summary>What was said last about a dead-letter topic, kept beside what is resolved of it, so that whoever takes over goes on where the one before was.</summary>
/// <param name="Kind">What was said.</param>
/// <param name="At">When.</param>
internal sealed record AlertState(DeadLetterAlertKind Kind, DateTimeOffset At)
{
    /// <summary>The key of its records; no dead letter is called so.</summary>
    public const string Key = "alert";

    /// <summary>What a record says; <see langword="null"/> when it is none of ours.</summary>
    public static AlertState? TryRead(ReadOnlyMemory<byte>? value)
    {
        try
        {
            return value is { } bytes ? JsonSerializer.Deserialize(bytes.Span, RedrivingJson.Default.AlertState) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
