namespace Headrace;

/// <summary>When a broker that keeps its data in a folder makes sure that they are on the disk, not only with the operating system.</summary>
public enum DiskFlush
{
    /// <summary>The operating system decides. Data survive the end of the process, however it comes; a loss of power may cost the newest.</summary>
    Never,

    /// <summary>Every second.</summary>
    Interval,

    /// <summary>Before a record is acknowledged. Slow; requests that wait at the same time share a flush.</summary>
    Always,
}
