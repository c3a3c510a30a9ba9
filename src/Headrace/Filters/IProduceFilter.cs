namespace Headrace;

/// <summary>A <see cref="ProduceFilter"/> as a class. One instance serves all, from many threads.</summary>
public interface IProduceFilter
{
    /// <summary>Does its part before and after <paramref name="next"/>.</summary>
    ValueTask<RecordPosition> ProduceAsync(ProduceContext context, ProduceStep next);
}
