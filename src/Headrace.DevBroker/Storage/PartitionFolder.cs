using System.Globalization;

namespace Headrace.Broker.Storage;

/// <summary>
/// One partition's folder, laid out as Apache Kafka's: <c>orders-0/00000000000000000000.log</c>, named after the first offset, and a file that says which topic it belongs to.
/// It is made when the first record is.
/// </summary>
internal sealed class PartitionFolder(string path, DataFolder data, Guid topicId, int index)
{
    private const string OwnerName = "partition.metadata";
    private const string Extension = ".log";
    private bool _exists;

    public string Path { get; } = path;

    public DiskFlush Flush => data.Flush;

    /// <summary>The topic that a folder belongs to; null if it is no partition's.</summary>
    public static Guid? OwnerOf(string path)
    {
        var file = System.IO.Path.Combine(path, OwnerName);
        return File.Exists(file) && Guid.TryParse(File.ReadAllText(file).Split("topic_id: ")[^1], out var id) ? id : null;
    }

    /// <summary>An empty segment, whose name says where the log goes on.</summary>
    public SegmentFile NewSegment(long baseOffset)
    {
        Create();
        File.WriteAllBytes(PathOf(baseOffset), []);
        return new SegmentFile(PathOf(baseOffset));
    }

    /// <summary>A file that is to take the place of a segment when it is whole. Nobody looks at it before.</summary>
    public SegmentFile NewRewrite(long baseOffset)
    {
        var path = PathOf(baseOffset) + ".cleaned";
        File.WriteAllBytes(path, []);
        return new SegmentFile(path);
    }

    /// <summary>Keeps what the segments do not tell.</summary>
    public void Remember(long startOffset, IEnumerable<EpochStart> epochs) => data.Journal.Write(new PartitionEntry(topicId, index, startOffset, [.. epochs]));

    /// <summary>The segments there are, by offset. What another topic of the same name left is deleted.</summary>
    public IReadOnlyList<(long BaseOffset, SegmentFile File)> Segments()
    {
        if (!Directory.Exists(Path))
        {
            return [];
        }

        if (!IsOwn())
        {
            Delete();
            return [];
        }

        _exists = true;
        return
        [
            .. Directory.EnumerateFiles(Path, "*" + Extension)
                .Select(file => (Offset: long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture, out var offset) ? offset : -1, file))
                .Where(segment => segment.Offset >= 0)
                .OrderBy(segment => segment.Offset)
                .Select(segment => (segment.Offset, new SegmentFile(segment.file))),
        ];
    }

    /// <summary>The topic is gone.</summary>
    public void Forget()
    {
        data.Journal.Write(new PartitionEntry(topicId, index, 0, []) { IsRemoved = true });
        Delete();
    }

    private void Delete()
    {
        _exists = false;
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private void Create()
    {
        if (_exists)
        {
            return;
        }

        if (Directory.Exists(Path) && !IsOwn())
        {
            Delete();
        }

        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, OwnerName), $"version: 0\ntopic_id: {topicId}");
        _exists = true;
    }

    private bool IsOwn() => OwnerOf(Path) == topicId;

    private string PathOf(long baseOffset) => System.IO.Path.Combine(Path, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + Extension);
}
