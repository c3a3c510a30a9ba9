namespace Headrace;

/// <summary>What a redrive did, or would do.</summary>
public sealed record RedriveResult
{
    /// <summary>What the audit calls it.</summary>
    public required string Id { get; init; }

    /// <summary>Dead letters that are meant.</summary>
    public required long Matched { get; init; }

    /// <summary>Those of them that are redriven or discarded; 0 after a dry run.</summary>
    public required long Done { get; init; }

    /// <summary>Those that are meant, by the name of the exception's type.</summary>
    public required IReadOnlyDictionary<string, long> ByException { get; init; }
}
