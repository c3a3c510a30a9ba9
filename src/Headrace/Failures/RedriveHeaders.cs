namespace Headrace.Failures;

/// <summary>
/// What a record in a redrive topic asks of the owner of its partition, which has the origin's number. It is the dead letter with all its headers, perhaps with another value, and this
/// header behind them. Where a group keeps the order of its keys, it is about the record in front of the key; one that was settled since is passed over.
/// </summary>
internal static class RedriveHeaders
{
    public const string Action = "headrace-redrive";

    /// <summary>The group handles the record again: the bytes that are here.</summary>
    public const string Handle = "handle";

    /// <summary>Nobody will handle the record: what waits behind it goes on.</summary>
    public const string Discard = "discard";
}
