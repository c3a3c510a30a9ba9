namespace Headrace.Chaos;

/// <summary>What the members' files say, against what the producer knows.</summary>
internal sealed class Verdict
{
    private const int MaxFaults = 25;
    private readonly List<string> _faults = [];
    private readonly SortedDictionary<string, int> _repeats = new(StringComparer.Ordinal);

    private Verdict()
    {
    }

    public IReadOnlyList<string> Faults => _faults;

    public int Records { get; private set; }

    public int Handlings { get; private set; }

    /// <summary>One line of figures.</summary>
    public override string ToString() =>
        $"{Records} records, {Handlings} handlings; repeated: {(_repeats.Count == 0 ? "none" : string.Join(", ", _repeats.Select(one => $"{one.Value} {one.Key}")))}";

    public static Verdict Of(
        IEnumerable<MemberProcess> members, IReadOnlyDictionary<(string Key, long Sequence), RecordPosition> acknowledged, IEnumerable<string> faults)
    {
        var verdict = new Verdict();
        verdict._faults.AddRange(faults);
        var handlings = members.SelectMany(Handling.ReadAll).OrderBy(one => one.Start).ToList();
        verdict.Handlings = handlings.Count;
        verdict.AssertNoneLost(handlings, acknowledged);
        foreach (var key in handlings.GroupBy(one => one.Record.Key))
        {
            verdict.AssertOrder(key);
            verdict.AssertOneAtATime([.. key]);
        }

        foreach (var record in handlings.GroupBy(one => one.Record))
        {
            verdict.Records++;
            verdict.AssertRepeats([.. record]);
        }

        return verdict;
    }

    private void AssertNoneLost(IEnumerable<Handling> handlings, IReadOnlyDictionary<(string Key, long Sequence), RecordPosition> acknowledged)
    {
        var finished = handlings.Where(one => one.IsFinished)
            .GroupBy(one => (one.Record.Key, one.Record.Sequence), one => (one.Record.Partition, one.Record.Offset))
            .ToDictionary(one => one.Key, one => one.ToHashSet());
        foreach (var (record, position) in acknowledged)
        {
            if (!finished.TryGetValue(record, out var found))
            {
                Add($"lost: {record} at {position} was acknowledged and never finished");
            }
            else if (!found.SetEquals([(position.Partition, position.Offset)]))
            {
                Add($"misplaced: {record} was acknowledged at {position} and handled at {string.Join(", ", found)}");
            }
        }
    }

    // A record is begun for the first time after its predecessor was finished for the first time, whatever was repeated meanwhile and by whom.
    private void AssertOrder(IEnumerable<Handling> key)
    {
        Handling? before = null;
        var finished = long.MinValue;
        foreach (var record in key.GroupBy(one => one.Record.Sequence).OrderBy(one => one.Key))
        {
            var first = record.MinBy(one => one.Start)!;
            if (first.Start < finished)
            {
                Add($"out of order: {first.Record} by {first} was begun before {before?.Record} was finished, by {before}");
            }

            if (record.Where(one => one.IsFinished).MinBy(one => one.End) is { } done)
            {
                (before, finished) = (done, done.End);
            }
        }
    }

    // Only a member that could have lost the partition without knowing may still be at a key that another one has.
    private void AssertOneAtATime(List<Handling> key)
    {
        for (var i = 0; i < key.Count; i++)
        {
            for (var next = i + 1; next < key.Count && key[next].Start < key[i].End; next++)
            {
                if (key[i].Member == key[next].Member || !(key[i].Losses.Any() || key[next].Losses.Any()))
                {
                    Add($"at once: {key[i].Record} by {key[i]} and {key[next].Record} by {key[next]}");
                }
            }
        }
    }

    // A record is repeated at most once for every loss in which it was in flight, and after it.
    private void AssertRepeats(List<Handling> record)
    {
        var losses = record.SelectMany(one => one.Losses).ToHashSet();
        if (Enumerable.Range(1, record.Count - 1).Any(repeat => losses.Count(one => one.From < record[repeat].Start) < repeat))
        {
            Add($"repeated: {record[0].Record} was handled by {string.Join("; then ", record)}; losses: {(losses.Count == 0 ? "none" : string.Join(", ", losses))}");
        }

        for (var i = 1; i < record.Count; i++)
        {
            var last = losses.Where(one => one.From < record[i].Start).MaxBy(one => one.From);
            var cause = $"{(record.Take(i).Any(one => one.IsFinished && one.End < record[i].Start) ? "finished" : "unfinished")} at {last?.Cause ?? "nothing"}";
            _repeats[cause] = _repeats.GetValueOrDefault(cause) + 1;
        }
    }

    private void Add(string fault)
    {
        if (_faults.Count < MaxFaults)
        {
            _faults.Add(fault);
        }
    }
}
