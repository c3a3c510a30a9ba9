using System.Globalization;

namespace Headrace.Redriving;

/// <summary>
/// What a dead letter of one group is identified by: the record it was first, and how often that was redriven. Two copies of one failure, which an ambiguous write or a crash
/// leaves, are one; a record that fails again after a redrive is another.
/// </summary>
/// <param name="TopicId">The id of the origin topic; empty where it is not known.</param>
/// <param name="Partition">The origin partition, or that of the dead letter when somebody else wrote it.</param>
/// <param name="Offset">The offset there.</param>
/// <param name="Redrives">How often it was redriven before; -1 when somebody else wrote it.</param>
internal readonly record struct DeadLetterId(Guid TopicId, int Partition, long Offset, int Redrives)
{
    public static DeadLetterId? TryParse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 4
            && Guid.TryParseExact(parts[0], "N", out var topic)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && int.TryParse(parts[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var redrives)
            ? new(topic, partition, offset, redrives)
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TopicId:N}/{Partition}/{Offset}/{Redrives}");
}
