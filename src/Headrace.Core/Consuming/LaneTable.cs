using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headrace.Consuming;

/// <summary>
/// The keyed lanes of one partition: open addressing, linear probing, removal by shifting back. Only the loop uses it.
/// </summary>
internal sealed class LaneTable
{
    // Keys come from outside: without a secret seed, chosen keys could pile up in one place.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private Slot[] _slots = new Slot[16];

    public int Count { get; private set; }

    /// <summary>The hash of a key's bytes.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> key)
    {
        var hash = Seed ^ ((ulong)key.Length * 0x9E3779B97F4A7C15);
        ref var at = ref MemoryMarshal.GetReference(key);
        var left = key.Length;
        for (; left >= sizeof(ulong); left -= sizeof(ulong))
        {
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref at));
            at = ref Unsafe.Add(ref at, sizeof(ulong));
        }

        var tail = 0UL;
        for (var i = 0; i < left; i++)
        {
            tail = (tail << 8) | Unsafe.Add(ref at, i);
        }

        return Mix(hash ^ tail);
    }

    public Lane? Find(ulong hash, ReadOnlySpan<byte> key)
    {
        var mask = (ulong)_slots.Length - 1;
        for (var i = hash & mask; _slots[i].Lane is { } lane; i = (i + 1) & mask)
        {
            if (_slots[i].Hash == hash && lane.Key.SequenceEqual(key))
            {
                return lane;
            }
        }

        return null;
    }

    public void Add(Lane lane)
    {
        if ((Count + 1) * 2 > _slots.Length)
        {
            Grow();
        }

        Insert(lane.Hash, lane);
        Count++;
    }

    public void Remove(Lane lane)
    {
        var mask = (ulong)_slots.Length - 1;
        var hole = lane.Hash & mask;
        while (_slots[hole].Lane != lane)
        {
            hole = (hole + 1) & mask;
        }

        for (var i = (hole + 1) & mask; _slots[i].Lane is not null; i = (i + 1) & mask)
        {
            var home = _slots[i].Hash & mask;
            if (((i - home) & mask) >= ((i - hole) & mask))
            {
                _slots[hole] = _slots[i];
                hole = i;
            }
        }

        _slots[hole] = default;
        Count--;
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0xD6E8FEB86659FD93, out var low);
        return high ^ low;
    }

    private void Insert(ulong hash, Lane lane)
    {
        var mask = (ulong)_slots.Length - 1;
        var i = hash & mask;
        while (_slots[i].Lane is not null)
        {
            i = (i + 1) & mask;
        }

        _slots[i] = new(hash, lane);
    }

    private void Grow()
    {
        var slots = _slots;
        _slots = new Slot[slots.Length * 2];
        foreach (var slot in slots)
        {
            if (slot.Lane is { } lane)
            {
                Insert(slot.Hash, lane);
            }
        }
    }

    private readonly record struct Slot(ulong Hash, Lane? Lane);
}
