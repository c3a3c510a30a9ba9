using System.Buffers.Binary;
using System.Text.Json;
using Headrace.Broker.Records;
using Microsoft.Win32.SafeHandles;

namespace Headrace.Broker.Storage;

/// <summary>
/// The file that holds all that the partitions' own files do not: changes one after another, each whole or not there. At the start it is read, and written again with
/// what still holds. A frame is its length and its checksum (CRC-32C), four bytes each, little-endian, and entries as JSON.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int PrefixSize = 8;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private readonly bool _flushAlways;
    private long _length;

    private Journal(string path, bool flushAlways)
    {
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _length = RandomAccess.GetLength(_file);
        _flushAlways = flushAlways;
    }

    /// <summary>Opens the journal and returns what holds, in the order in which it was first written.</summary>
    public static Journal Open(string path, bool flushAlways, out IReadOnlyList<JournalEntry> state)
    {
        state = File.Exists(path) ? Fold(File.ReadAllBytes(path)) : [];
        var renewed = path + ".new";
        File.Delete(renewed);
        using (var snapshot = new Journal(renewed, flushAlways: false))
        {
            foreach (var chunk in state.Chunk(100))
            {
                snapshot.Write(chunk);
            }

            snapshot.Flush();
        }

        File.Move(renewed, path, overwrite: true);
        return new Journal(path, flushAlways);
    }

    /// <summary>All of these, or after a crash none of them.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public void Write(params JournalEntry[] entries)
    {
        if (entries.Length == 0)
        {
            return;
        }

        var content = JsonSerializer.SerializeToUtf8Bytes(entries, JournalJson.Default.JournalEntryArray);
        var frame = new byte[PrefixSize + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Crc32C.Compute(content));
        content.CopyTo(frame.AsSpan(PrefixSize));
        lock (_lock)
        {
            RandomAccess.Write(_file, frame, _length);
            _length += frame.Length;
            if (_flushAlways)
            {
                RandomAccess.FlushToDisk(_file);
            }
        }
    }

    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();

    // Ends at the first frame that is short or broken: what a crash left of the last write.
    private static List<JournalEntry> Fold(ReadOnlySpan<byte> bytes)
    {
        var state = new OrderedDictionary<string, JournalEntry>(StringComparer.Ordinal);
        while (bytes.Length >= PrefixSize)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (length <= 0 || length > bytes.Length - PrefixSize)
            {
                break;
            }

            var content = bytes.Slice(PrefixSize, length);
            if (Crc32C.Compute(content) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]))
            {
                break;
            }

            Apply(JsonSerializer.Deserialize(content, JournalJson.Default.JournalEntryArray)!, state);
            bytes = bytes[(PrefixSize + length)..];
        }

        return [.. state.Values];
    }

    private static void Apply(JournalEntry[] entries, OrderedDictionary<string, JournalEntry> state)
    {
        foreach (var entry in entries)
        {
            if (entry.IsRemoved)
            {
                state.Remove(entry.Key);
            }
            else
            {
                state[entry.Key] = entry;
            }
        }
    }
}
