namespace Headrace;

/// <summary>How dead letters are redriven.</summary>
public sealed record RedriveOptions
{
    /// <summary>Where to. Default: <see cref="RedriveTarget.Group"/>.</summary>
    public RedriveTarget Target { get; init; }

    /// <summary>Whether only to count. Default: no.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Records a second at most; <see langword="null"/>, the default, is as fast as Kafka takes them.</summary>
    public double? Rate { get; init; }

    /// <summary>Records at most; <see langword="null"/>, the default, is all that match.</summary>
    public long? Most { get; init; }

    /// <summary>Changes a copy before it is produced: value, key, headers, partition. Its topic stays.</summary>
    public Func<DeadLetter, OutgoingRecord, OutgoingRecord>? Edit { get; init; }

    /// <summary>Who does it, for the audit. Default: the user and machine of this process.</summary>
    public string By { get; init; } = $"{Environment.UserName}@{Environment.MachineName}";
}
