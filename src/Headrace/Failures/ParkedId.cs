namespace Headrace.Failures;

/// <summary>What a parked record is known by, among those of its key and partition.</summary>
/// <param name="TopicId">The id of its topic; empty where it is not known.</param>
/// <param name="Offset">Its offset there.</param>
internal readonly record struct ParkedId(Guid TopicId, long Offset) : IComparable<ParkedId>
{
    public static ParkedId Of(Record record) => new(record.TopicId, record.Offset);

    public static ParkedId Of(RecordOrigin origin) => new(origin.TopicId, origin.Offset);

    public int CompareTo(ParkedId other) => Offset != other.Offset ? Offset.CompareTo(other.Offset) : TopicId.CompareTo(other.TopicId);
}
