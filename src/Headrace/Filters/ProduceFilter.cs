namespace Headrace;

/// <summary>
/// A step around producing. What comes before <paramref name="next"/> may change or, by throwing, refuse what is produced; what comes after it sees the acknowledged
/// position, or the exception. Not calling <paramref name="next"/> produces nothing. A filter that awaits before <paramref name="next"/> gives up the order among
/// records that are produced without waiting for one another.
/// </summary>
public delegate ValueTask<RecordPosition> ProduceFilter(ProduceContext context, ProduceStep next);
