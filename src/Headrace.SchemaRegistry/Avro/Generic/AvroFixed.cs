namespace Headrace;

/// <summary>A fixed's value in a record whose schema is known only at run time.</summary>
/// <param name="Type">The fixed's full name.</param>
/// <param name="Value">Its bytes, as many as the schema says.</param>
public sealed record AvroFixed(string Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>Whether both are the same bytes of the same type.</summary>
    public bool Equals(AvroFixed? other) => other is not null && Type == other.Type && Value.Span.SequenceEqual(other.Value.Span);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }
}
