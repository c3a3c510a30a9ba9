namespace Headrace.OffsetMaps;

/// <summary>What the metadata of a committed offset is.</summary>
internal enum MapVerdict
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A map of finished offsets.</summary>
    Read,

    /// <summary>Something of somebody else.</summary>
    Foreign,

    /// <summary>It begins as a map does, and is none.</summary>
    Broken,
}
