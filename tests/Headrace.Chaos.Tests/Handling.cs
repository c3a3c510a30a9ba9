using Headrace.Chaos.Members;

namespace Headrace.Chaos;

/// <summary>One time that a member handled a record, from its file.</summary>
internal sealed class Handling(MemberProcess member, HandledRecord record, long start)
{
    public MemberProcess Member => member;

    public HandledRecord Record => record;

    public long Start => start;

    /// <summary>When it ended; for one that a kill cut, when that was.</summary>
    public long End { get; private set; }

    public bool IsFinished { get; private set; }

    /// <summary>The losses that it may be repeated for, or be the repetition.</summary>
    public IEnumerable<Loss> Losses => member.Losses.Where(loss => loss.Met(record.Partition, record.Offset, start));

    public static IEnumerable<Handling> ReadAll(MemberProcess member)
    {
        var open = new Dictionary<HandledRecord, Handling>();
        foreach (var (what, record, at) in member.Lines)
        {
            if (what is HandledLine.Lost or HandledLine.Stalled)
            {
                continue;
            }

            if (what == HandledLine.Started)
            {
                var handling = new Handling(member, record, at);
                Assert.True(open.TryAdd(record, handling), $"{member.Name} began {record} twice at once.");
                yield return handling;
                continue;
            }

            Assert.True(open.Remove(record, out var ended), $"{member.Name} ended {record}, which it had not begun.");
            (ended.End, ended.IsFinished) = (at, what == HandledLine.Finished);
        }

        foreach (var cut in open.Values)
        {
            cut.End = member.Losses[^1].From;
        }
    }

    public override string ToString() => $"{Member.Name} {Loss.Milliseconds(Start)}..{Loss.Milliseconds(End)}{(IsFinished ? "" : ", unfinished")}";
}
