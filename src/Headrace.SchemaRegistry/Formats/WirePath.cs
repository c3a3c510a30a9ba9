namespace Headrace.Formats;

/// <summary>A schema's id and the bytes of a message's path in it, as a key that is made without allocating.</summary>
internal readonly record struct WirePath(int Id, ulong Path)
{
    /// <summary><see langword="null"/> when the path is too long for it: then it is looked up every time.</summary>
    public static WirePath? TryMake(int id, ReadOnlySpan<byte> path)
    {
        if (path.Length > sizeof(ulong))
        {
            return null;
        }

        // The first byte is how many follow, so paths that differ in length differ.
        var packed = 0UL;
        foreach (var next in path)
        {
            packed = (packed << 8) | next;
        }

        return new(id, packed);
    }
}
