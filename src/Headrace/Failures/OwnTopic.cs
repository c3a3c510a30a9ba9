namespace Headrace.Failures;

/// <summary>A topic of ours that a group reads along with the one it is about.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Origin">The topic it is about.</param>
/// <param name="Kind">What its records are.</param>
internal sealed record OwnTopic(string Name, string Origin, OwnTopicKind Kind)
{
    /// <summary>How long records of a retry topic wait.</summary>
    public TimeSpan Delay { get; init; }
}
