using System.Runtime.InteropServices;

namespace Headrace.Avro;

/// <summary>Arrays and maps of one type, called by compiled code.</summary>
internal static class Collections
{
    public static T[] ReadArray<T>(ref AvroReader reader, AvroDecoder<T> item, int minSize)
    {
        T[]? first = null;
        List<T>? more = null;
        while (reader.ReadBlock(minSize) is > 0 and var count)
        {
            var block = new T[count];
            for (var index = 0; index < block.Length; index++)
            {
                block[index] = item(ref reader);
            }

            if (first is null)
            {
                first = block;
            }
            else
            {
                (more ??= [.. first]).AddRange(block);
            }
        }

        return more?.ToArray() ?? first ?? [];
    }

    public static List<T> ReadList<T>(ref AvroReader reader, AvroDecoder<T> item, int minSize)
    {
        var items = new List<T>();
        while (reader.ReadBlock(minSize) is > 0 and var count)
        {
            items.EnsureCapacity(items.Count + count);
            for (var index = 0; index < count; index++)
            {
                items.Add(item(ref reader));
            }
        }

        return items;
    }

    public static HashSet<T> ReadSet<T>(ref AvroReader reader, AvroDecoder<T> item, int minSize) => [.. ReadArray(ref reader, item, minSize)];

    public static System.Collections.Immutable.ImmutableArray<T> ReadImmutable<T>(ref AvroReader reader, AvroDecoder<T> item, int minSize) =>
        ImmutableCollectionsMarshal.AsImmutableArray(ReadArray(ref reader, item, minSize));

    public static Dictionary<string, T> ReadMap<T>(ref AvroReader reader, AvroDecoder<T> value, int minSize)
    {
        var items = new Dictionary<string, T>();
        while (reader.ReadBlock(minSize) is > 0 and var count)
        {
            items.EnsureCapacity(items.Count + count);
            for (var index = 0; index < count; index++)
            {
                items[reader.ReadString()] = value(ref reader);
            }
        }

        return items;
    }

    public static void Write<T>(ref AvroWriter writer, IEnumerable<T> items, AvroEncoder<T> item)
    {
        switch (items)
        {
            case T[] array:
                WriteSpan<T>(ref writer, array, item);
                break;
            case List<T> list:
                WriteSpan(ref writer, CollectionsMarshal.AsSpan(list), item);
                break;
            case IReadOnlyList<T> list:
                WriteList(ref writer, list, item);
                break;
            default:
                WriteSpan<T>(ref writer, items.ToArray(), item);
                break;
        }
    }

    public static void WriteImmutable<T>(ref AvroWriter writer, System.Collections.Immutable.ImmutableArray<T> items, AvroEncoder<T> item) =>
        WriteSpan(ref writer, items.AsSpan(), item);

    public static void WriteMap<T>(ref AvroWriter writer, IEnumerable<KeyValuePair<string, T>> items, AvroEncoder<T> value)
    {
        if (items is not Dictionary<string, T> map)
        {
            map = new(items);
        }

        if (map.Count > 0)
        {
            writer.WriteLong(map.Count);
            foreach (var (key, entry) in map)
            {
                writer.WriteString(key);
                value(ref writer, entry);
            }
        }

        writer.WriteLong(0);
    }

    private static void WriteList<T>(ref AvroWriter writer, IReadOnlyList<T> items, AvroEncoder<T> item)
    {
        var count = items.Count;
        if (count > 0)
        {
            writer.WriteLong(count);
            for (var index = 0; index < count; index++)
            {
                item(ref writer, items[index]);
            }
        }

        writer.WriteLong(0);
    }

    private static void WriteSpan<T>(ref AvroWriter writer, ReadOnlySpan<T> items, AvroEncoder<T> item)
    {
        if (items.Length > 0)
        {
            writer.WriteLong(items.Length);
            foreach (var next in items)
            {
                item(ref writer, next);
            }
        }

        writer.WriteLong(0);
    }
}
