namespace Headrace;

/// <summary>A <see cref="RecordFilter"/> as a class. One instance serves all, from many threads.</summary>
public interface IRecordFilter
{
    /// <summary>Does its part before and after <paramref name="next"/>.</summary>
    ValueTask HandleAsync(RecordContext context, RecordStep next);
}
