using System.Buffers.Binary;
using System.Text;

namespace Headrace;

/// <summary>
/// The key of a record: records with one key share a partition and are handled in order. Strings and Guids are UTF-8 text on the wire,
/// integers 8 bytes big-endian, bytes are taken as they are. The default value is <see cref="None"/>: no key, no order.
/// </summary>
public readonly struct RecordKey : IEquatable<RecordKey>
{
    private readonly byte[]? _bytes;

    private RecordKey(byte[]? bytes) => _bytes = bytes;

    /// <summary>No key: the record has no order and is spread over the partitions.</summary>
    public static RecordKey None => default;

    /// <summary>Whether the record has no key. An empty key is a key.</summary>
    public bool IsNone => _bytes is null;

    /// <summary>The key's bytes; empty when there is no key.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>A key of these bytes. They are copied.</summary>
    public static RecordKey FromBytes(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>Text as UTF-8; <see langword="null"/> is <see cref="None"/>.</summary>
    public static implicit operator RecordKey(string? text) => text is null ? None : new(Encoding.UTF8.GetBytes(text));

    /// <summary>A Guid as UTF-8 text in its 36-character form.</summary>
    public static implicit operator RecordKey(Guid id) => id.ToString();

    /// <summary>A number as 8 bytes, big-endian.</summary>
    public static implicit operator RecordKey(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return new(bytes);
    }

    /// <summary>Bytes as they are; <see langword="null"/> is <see cref="None"/>.</summary>
    public static implicit operator RecordKey(byte[]? bytes) => bytes is null ? None : new([.. bytes]);

    /// <summary>Whether both keys have the same bytes, or both are <see cref="None"/>.</summary>
    public static bool operator ==(RecordKey left, RecordKey right) => left.Equals(right);

    /// <summary>Whether the keys differ.</summary>
    public static bool operator !=(RecordKey left, RecordKey right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(RecordKey other) => IsNone == other.IsNone && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is RecordKey other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>The key as UTF-8 text; "(none)" when there is no key.</summary>
    public override string ToString() => _bytes is null ? "(none)" : Encoding.UTF8.GetString(_bytes);
}
