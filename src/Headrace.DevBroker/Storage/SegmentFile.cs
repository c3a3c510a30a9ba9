using Microsoft.Win32.SafeHandles;

namespace Headrace.Broker.Storage;

/// <summary>A file of record batches. It is written at its end only; its owner's lock guards all but <see cref="Flush"/>.</summary>
internal sealed class SegmentFile(string path) : IDisposable
{
    // Closed when nobody reads any more: what a response is made of outlives the file's name.
    private readonly WeakReference<SafeFileHandle> _reading = new(null!);
    private SafeFileHandle? _writing;

    public string Path { get; private set; } = path;

    /// <summary>Bytes that count. The file may be longer when a write failed half way; the next one goes over that.</summary>
    public long Length { get; private set; } = File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <exception cref="IOException">The disk is full, or worse. Nothing counts of what was written.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _writing ??= File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(_writing, bytes, Length);
        Length += bytes.Length;
    }

    /// <summary>Reads until the buffer is full or the file ends. Returns how much.</summary>
    public int Read(long position, Span<byte> buffer)
    {
        using var reading = _writing is null ? File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(reading ?? _writing!, buffer[total..], position + total) is var read and > 0)
        {
            total += read;
        }

        return total;
    }

    /// <summary>Bytes of the file, to be read later or never.</summary>
    public StoredBytes Bytes(long position, int length)
    {
        if (!_reading.TryGetTarget(out var reading))
        {
            _reading.SetTarget(reading = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous));
        }

        return new StoredBytes(reading, Path, position, length);
    }

    public void Truncate(long length)
    {
        _writing ??= File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(_writing, length);
        Length = length;
    }

    public void Flush()
    {
        try
        {
            if (_writing is { } writing)
            {
                RandomAccess.FlushToDisk(writing);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed or deleted meanwhile; both flush, or need not.
        }
    }

    /// <summary>Nothing will be written any more.</summary>
    public void Seal(bool flush)
    {
        if (flush)
        {
            Flush();
        }

        Dispose();
    }

    /// <summary>Takes the place of another file, at once and whole.</summary>
    public void MoveTo(string path)
    {
        Dispose();
        File.Move(Path, path, overwrite: true);
        Path = path;
    }

    public void Delete()
    {
        Dispose();
        File.Delete(Path);
    }

    public void Dispose()
    {
        _writing?.Dispose();
        _writing = null;
    }
}
