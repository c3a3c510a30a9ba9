using Headrace.Broker.Storage;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Storage;

public sealed class JournalTests : IDisposable
{
    private static readonly JournalEntry[] EveryKind =
    [
        new ClusterEntry("c"),
        new TopicEntry(Guid.NewGuid(), "t", 3, new Dictionary<string, string> { ["retention.ms"] = "5" }),
        new PartitionEntry(Guid.NewGuid(), 0, 7, [new EpochStart(0, 0), new EpochStart(1, 7)]),
        new GroupEntry("g"),
        new OffsetEntry("g", "t", 0, 0, -1, ""),
        new PendingOffsetEntry("g", 9, "t", 0, new PendingOffset(5, 0, "m")),
        new PendingOffsetEntry("g", 9, "t", 1, null),
        new TransactionEntry("x", new StoredProducer(9, 0), new StoredProducer(-1, -1), 60_000, "Ongoing") { StartedAtMs = 1, Partitions = [new StoredPartition(Guid.NewGuid(), 0)], Groups = ["g"] },
    ];

    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "journal");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_kind_of_entry_comes_back_as_it_was()
    {
        using (var journal = Journal.Open(File, flushAlways: true, out _))
        {
            journal.Write(EveryKind);
        }

        Assert.Equivalent(EveryKind, Read(), strict: true);
    }

    [Fact]
    public void The_last_word_counts_and_what_was_removed_is_gone()
    {
        using (var journal = Journal.Open(File, flushAlways: false, out _))
        {
            journal.Write(new OffsetEntry("g", "t", 0, 1, -1, ""), new GroupEntry("g"));
            journal.Write(new OffsetEntry("g", "t", 0, 2, -1, ""));
            journal.Write(new GroupEntry("g") { IsRemoved = true });
        }

        Assert.Equal(new OffsetEntry("g", "t", 0, 2, -1, ""), Assert.Single(Read()));
    }

    [Fact]
    public void Wherever_the_last_write_broke_off_none_of_its_entries_counts_and_all_others_do()
    {
        using (var journal = Journal.Open(File, flushAlways: false, out _))
        {
            journal.Write(new GroupEntry("a"), new GroupEntry("b"));
        }

        var sound = System.IO.File.ReadAllBytes(File);
        using (var journal = Journal.Open(File, flushAlways: false, out _))
        {
            journal.Write(new GroupEntry("c"), new GroupEntry("d"));
        }

        var whole = System.IO.File.ReadAllBytes(File);
        for (var length = sound.Length; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Assert.Equal([new GroupEntry("a"), new GroupEntry("b")], Read());
        }
    }

    [Fact]
    public void A_start_leaves_nothing_in_the_file_that_no_longer_holds()
    {
        using (var journal = Journal.Open(File, flushAlways: false, out _))
        {
            for (var i = 0; i < 1_000; i++)
            {
                journal.Write(new OffsetEntry("g", "t", 0, i, -1, ""));
            }
        }

        Read();
        Assert.InRange(new FileInfo(File).Length, 1, 500);
    }

    private IReadOnlyList<JournalEntry> Read()
    {
        Journal.Open(File, flushAlways: false, out var state).Dispose();
        return state;
    }
}
