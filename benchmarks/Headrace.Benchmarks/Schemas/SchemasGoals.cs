namespace Headrace.Benchmarks.Schemas;

/// <summary>What Avro may cost beside source-generated JSON.</summary>
internal static class SchemasGoals
{
    private const double BytesAboveObject = 50;
    private const double NanosecondsAboveJson = 300;
    private const double LookUpNanoseconds = 20;

    public static IReadOnlyList<Goal> All { get; } =
    [
        .. from size in (string[])["100 B", "1 KB"]
           from way in (string[])["encode", "decode"]
           select Goal.AtLeast(1.0, $"{way} {size}, × json", value => value("avro", $"{way} {size} /s") / value("json", $"{way} {size} /s")),
        .. from size in (string[])["100 B", "1 KB"]
           from way in (string[])["encode", "decode"]
           select Goal.AtMost(BytesAboveObject, $"{way} {size}, B above the object's own", value => value("avro", $"{way} {size} B") - value("avro", $"object {size} B")),
        Goal.AtMost(NanosecondsAboveJson, "handled, CPU ns above json", value => value("avro-handled", Metrics.CpuPerRecord) - value("json-handled", Metrics.CpuPerRecord)),
        Goal.AtMost(LookUpNanoseconds, "look-up by Find, ns", value => value("look-up", LookUp.Found)),
        Goal.AtMost(LookUpNanoseconds, "look-up by GetAsync, ns", value => value("look-up", LookUp.Awaited)),
    ];
}
