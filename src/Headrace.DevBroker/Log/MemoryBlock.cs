namespace Headrace.Broker.Log;

/// <summary>A block in one piece of memory.</summary>
internal sealed class MemoryBlock(int capacity) : LogBlock
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    public int Capacity => _bytes.Length;

    protected override BatchIndex Index { get; } = new();

    public override bool HasRoomFor(int length) => _bytes.Length - Used >= length;

    /// <summary>Memory behind the last batch, which becomes a batch by <see cref="LogBlock.Publish"/>.</summary>
    public Span<byte> Reserve(int length) => _bytes.AsSpan(Used, length);

    protected override ReadOnlyMemory<byte> Bytes(int start, int length) => _bytes.AsMemory(start, length);
}
