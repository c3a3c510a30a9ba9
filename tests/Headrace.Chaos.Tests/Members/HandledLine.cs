using System.Globalization;

namespace Headrace.Chaos.Members;

/// <summary>One line of a member's file: what happened to a record, and when, by the clock that all processes of a machine share.</summary>
internal readonly record struct HandledLine(char What, HandledRecord Record, long At)
{
    public const char Started = 'S';
    public const char Finished = 'F';
    public const char Cancelled = 'C';

    /// <summary>The handler threw.</summary>
    public const char Failed = 'X';

    /// <summary>Not about a record: the member has heard that what failed is in Kafka, and stands still at that.</summary>
    public const char Acknowledged = 'A';

    /// <summary>Not about a record: the member said that it lost partitions.</summary>
    public const char Lost = 'L';

    /// <summary>Not about a record: the process stood still from <see cref="HandledRecord.Offset"/>, a time, until now.</summary>
    public const char Stalled = 'Z';

    /// <summary>The lines of a file. One without its end was cut by a kill.</summary>
    public static IEnumerable<HandledLine> ReadAll(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        var text = File.ReadAllText(file);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{What} {Record.Key ?? "-"} {Record.Sequence} {Record.Partition} {Record.Offset} {At}\n");

    private static HandledLine Parse(string line)
    {
        var fields = line.Split(' ');
        long Number(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
        return new(fields[0][0], new(fields[1], Number(2), (int)Number(3), Number(4)), Number(5));
    }
}
