namespace Headrace.Avro;

/// <summary>A record: the writer's fields in their order, then the reader's that the writer does not have.</summary>
/// <param name="reader">What is made.</param>
internal sealed class ResolvedRecord(AvroSchema reader) : Resolved
{
    public AvroSchema Reader => reader;

    /// <summary>Filled right after the record was made: a field may be of the record's own type.</summary>
    public List<Step> Steps { get; } = [];

    /// <summary>The reader's fields that the writer does not have.</summary>
    public List<Missing> Absent { get; } = [];

    /// <summary>What to do with the next field of the writer.</summary>
    /// <param name="Written">The writer's field.</param>
    /// <param name="Field">The index of the reader's field; -1 when it has none and the value is skipped.</param>
    /// <param name="Value">How it is read.</param>
    public readonly record struct Step(AvroField Written, int Field, Resolved? Value);

    /// <summary>What a field is that the writer does not have.</summary>
    /// <param name="Field">The index of the reader's field.</param>
    /// <param name="Value">How its default is read, or why there is none.</param>
    public readonly record struct Missing(int Field, Resolved Value);
}
