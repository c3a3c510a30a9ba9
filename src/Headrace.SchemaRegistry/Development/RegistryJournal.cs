using System.Text.Json;

namespace Headrace.Development;

/// <summary>What happened to the registry, a line of JSON each, in a file of the folder. A last line that was cut off is dropped.</summary>
internal sealed class RegistryJournal : IDisposable
{
    private readonly FileStream? _file;

    /// <param name="folder">The folder, made when it is missing; <see langword="null"/> keeps nothing.</param>
    /// <param name="deleteFirst">Begins with nothing.</param>
    public RegistryJournal(string? folder, bool deleteFirst = false)
    {
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            _file = new(Path.Combine(folder, "schemas.jsonl"), deleteFirst ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
    }

    public IEnumerable<RegistryEntry> Read()
    {
        if (_file is null)
        {
            yield break;
        }

        var text = new byte[_file.Length];
        _file.ReadExactly(text);
        var start = 0;
        for (int end; (end = Array.IndexOf(text, (byte)'\n', start)) >= 0; start = end + 1)
        {
            yield return JsonSerializer.Deserialize<RegistryEntry>(text.AsSpan(start, end - start))
                ?? throw new InvalidDataException($"{_file.Name} has a line that is no entry, at byte {start}. Move the file away to begin anew.");
        }

        _file.SetLength(start);
        _file.Position = start;
    }

    public void Write(RegistryEntry entry)
    {
        if (_file is not null)
        {
            _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry), (byte)'\n']);
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _file?.Dispose();
}
