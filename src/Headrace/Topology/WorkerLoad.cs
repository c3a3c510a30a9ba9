namespace Headrace;

/// <summary>What a group has to do in this process at one moment; a function of it may say how many workers there are.</summary>
public sealed record WorkerLoad
{
    /// <summary>The time, of the application's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How many workers there are now.</summary>
    public required int Workers { get; init; }

    /// <summary>How many partitions this process has.</summary>
    public required int Partitions { get; init; }

    /// <summary>Records that wait in these partitions: from the committed offsets to the ends; <see langword="null"/> while the broker has not said.</summary>
    public required long? Lag { get; init; }

    /// <summary>Records that wait in all partitions of the group's topics, those of other processes too; <see langword="null"/> while the broker has not said.</summary>
    public required long? GroupLag { get; init; }

    /// <summary>This process's share of a total of workers, by its share of the group's lag; at least 1. Without a lag: the workers there are now, at most the total.</summary>
    public int ShareOf(int total)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        return GroupLag is > 0 and var all && Lag is { } own ? Math.Clamp((int)Math.Round(total * (double)own / all), 1, total) : Math.Min(Workers, total);
    }
}
