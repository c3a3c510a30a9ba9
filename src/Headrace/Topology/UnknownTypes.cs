namespace Headrace;

/// <summary>What becomes of a record whose message type, or whose being a tombstone, nothing is mapped for.</summary>
public enum UnknownTypes
{
    /// <summary>It is skipped: counted by its type, and warned about once for each type. The default.</summary>
    Skip,

    /// <summary>It goes to the dead-letter topic at once.</summary>
    DeadLetter,

    /// <summary>The group stops with the record unsettled.</summary>
    Stop,
}
