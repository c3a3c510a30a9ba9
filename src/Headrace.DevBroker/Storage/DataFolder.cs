using System.Globalization;

namespace Headrace.Broker.Storage;

/// <summary>The folder that one broker keeps its data in. While it is open nobody else can open it.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "holder";
    private const string JournalName = "journal";
    private const string CleanName = "clean-shutdown";

    private readonly FileStream _lock;

    private DataFolder(string path, DiskFlush flush, FileStream held)
    {
        Path = path;
        Flush = flush;
        _lock = held;
        WasClosedCleanly = File.Exists(In(CleanName));
        File.Delete(In(CleanName));
        Journal = Journal.Open(In(JournalName), flush == DiskFlush.Always, out var state);
        State = state;
    }

    public string Path { get; }

    /// <summary>The broker that had it last closed it, so that the end of every log is whole.</summary>
    public bool WasClosedCleanly { get; }

    public DiskFlush Flush { get; }

    public Journal Journal { get; }

    /// <summary>What the journal held when the folder was opened.</summary>
    public IReadOnlyList<JournalEntry> State { get; }

    /// <exception cref="IOException">Another broker has it, which the message names, or it cannot be written to.</exception>
    public static DataFolder Open(string path, DiskFlush flush, string holder, bool deleteFirst = false)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The development broker cannot keep its data in '{path}': {fault.Message} Choose another DataFolder.", fault);
        }

        FileStream held;
        try
        {
            held = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The development broker cannot have the data folder '{path}': {HolderOf(path) ?? fault.Message} Stop that broker, or choose another DataFolder.", fault);
        }

        if (deleteFirst)
        {
            Empty(path);
        }

        File.WriteAllText(
            System.IO.Path.Combine(path, HolderName),
            string.Create(CultureInfo.InvariantCulture, $"It is held by process {Environment.ProcessId} ({Environment.ProcessPath}), a broker at {holder}."));
        return new DataFolder(path, flush, held);
    }

    public PartitionFolder Partition(string topic, Guid id, int index) =>
        new(In(string.Create(CultureInfo.InvariantCulture, $"{topic}-{index}")), this, id, index);

    /// <summary>Deletes partitions of topics that are gone: a crash may have come between a deletion and the end of its files.</summary>
    public void RemoveAllBut(IReadOnlySet<Guid> topics)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path).Where(folder => PartitionFolder.OwnerOf(folder) is { } owner && !topics.Contains(owner)).ToList())
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>To be called last, when everything is written.</summary>
    public void CloseCleanly()
    {
        Journal.Flush();
        File.WriteAllText(In(CleanName), string.Empty);
    }

    public void Dispose()
    {
        Journal.Dispose();
        _lock.Dispose();
    }

    // Nothing else: the folder may be somebody's home.
    private static void Empty(string path)
    {
        File.Delete(System.IO.Path.Combine(path, JournalName));
        File.Delete(System.IO.Path.Combine(path, CleanName));
        foreach (var folder in Directory.EnumerateDirectories(path).Where(folder => PartitionFolder.OwnerOf(folder) is not null).ToList())
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? HolderOf(string path)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(path, HolderName));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
