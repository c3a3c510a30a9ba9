using System.Diagnostics.CodeAnalysis;

namespace Headrace.Broker.Log;

/// <summary>The newest offset of every key.</summary>
internal sealed class KeyOffsets
{
    private readonly Dictionary<byte[], long> _newest = new(new ByContent());

    public void Note(ReadOnlySpan<byte> key, long offset) => _newest.GetAlternateLookup<ReadOnlySpan<byte>>()[key] = offset;

    public bool IsNewest(ReadOnlySpan<byte> key, long offset) => !_newest.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var newest) || newest <= offset;

    private sealed class ByContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
