namespace Headrace;

/// <summary>Where a redriven record goes.</summary>
public enum RedriveTarget
{
    /// <summary>To the group that failed, and nobody else sees it.</summary>
    Group,

    /// <summary>To the topic it came from: every group that reads it handles the record again.</summary>
    Origin,
}
