namespace Headrace.Topology;

/// <summary>Where in the user's code something was mapped; prints as <c>Program.cs:14</c>.</summary>
internal readonly record struct SourcePlace(string File, int Line)
{
    /// <inheritdoc />
    // The path may come from another system than the one that this runs on.
    public override string ToString() => $"{File[(File.LastIndexOfAny(['/', '\\']) + 1)..]}:{Line}";
}
