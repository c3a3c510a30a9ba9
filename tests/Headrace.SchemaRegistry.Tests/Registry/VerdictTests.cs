using Headrace.Compatibility;
using Headrace.Kinds;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Registry;

/// <summary>Verdicts in every mode, compared with the code of another registry: pairs of schemas written by hand, and random histories.</summary>
public sealed class VerdictTests
{
    private static readonly string[] Avro =
    [
        "\"int\"", "\"long\"", "\"string\"", "\"bytes\"", "[\"null\",\"string\"]", "[\"null\",\"int\",\"string\"]",
        """{"type":"array","items":"int"}""", """{"type":"array","items":"double"}""", """{"type":"map","values":"int"}""",
        """{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["A","B","C"]}""", """{"type":"enum","name":"E","symbols":["A"],"default":"A"}""",
        """{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"F","size":3}""",
        """{"type":"record","name":"R","fields":[]}""",
        """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""",
        """{"type":"record","name":"R","fields":[{"name":"a","type":"long"}]}""",
        """{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":1},{"name":"b","type":"string"}]}""",
        """{"type":"record","name":"R","fields":[{"name":"b","type":["null","string"],"default":null}]}""",
        """{"type":"record","name":"S","aliases":["R"],"fields":[{"name":"x","type":"int","aliases":["a"]}]}""",
        """{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"],"default":null}]}""",
    ];

    private static readonly string[] Json =
    [
        """{"type":"string"}""", """{"type":"integer"}""", """{"type":"number"}""", """{"type":"string","maxLength":5}""", """{"type":"string","maxLength":9}""",
        """{"type":"integer","minimum":0}""", """{"type":"integer","minimum":5}""", """{"type":"integer","maximum":5}""",
        """{"enum":["A"]}""", """{"enum":["A","B"]}""",
        """{"type":"array","items":{"type":"integer"}}""", """{"type":"array","items":{"type":"number"}}""", """{"type":"array","items":{"type":"integer"},"maxItems":3}""",
        """{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b"],"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"string"}}}""",
        """{"type":"object","properties":{"a":{"type":"integer"}}}""",
    ];

    private static int Rounds => Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 200 : 10_000;

    private static IEnumerable<SchemaCompatibility> Modes => Enum.GetValues<SchemaCompatibility>();

    public static TheoryData<string> Kinds => ["AVRO", "JSON"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pairs_written_by_hand_are_judged_as_elsewhere(string kind)
    {
        using var other = JavaAvro.Start();
        var schemas = kind == "AVRO" ? Avro : Json;
        var pairs = schemas.SelectMany(before => schemas.Where(next => next != before).Select(next => (before, next))).ToList();
        Assert.InRange(pairs.Count, 300, 1_000);
        Compare(other, kind, pairs.SelectMany(pair => Modes.Select(mode => (mode, pair.next, (string[])[pair.before]))));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Random_histories_are_judged_as_elsewhere(string kind)
    {
        using var other = JavaAvro.Start();
        Compare(other, kind, kind == "AVRO" ? AvroHistories() : JsonHistories());
    }

    private static IEnumerable<(SchemaCompatibility Mode, string Next, string[] Earlier)> AvroHistories()
    {
        var random = new RandomAvro(seed: 17);
        for (var round = 0; round < Rounds; round++)
        {
            var first = random.Record();
            var second = random.Changed(first);
            foreach (var mode in Modes)
            {
                yield return (mode, random.Changed(second).ToJsonString(), [first.ToJsonString(), second.ToJsonString()]);
            }
        }
    }

    private static IEnumerable<(SchemaCompatibility Mode, string Next, string[] Earlier)> JsonHistories()
    {
        var random = new RandomJsonSchema(seed: 19);
        for (var round = 0; round < Rounds; round++)
        {
            var first = random.Object();
            var second = random.Changed(first);
            foreach (var mode in Modes)
            {
                yield return (mode, random.Changed(second).ToJsonString(), [first.ToJsonString(), second.ToJsonString()]);
            }
        }
    }

    private static void Compare(JavaAvro other, string kind, IEnumerable<(SchemaCompatibility Mode, string Next, string[] Earlier)> cases)
    {
        var (compatible, all) = (0, 0);
        var differences = new List<string>();
        foreach (var (mode, next, earlier) in cases)
        {
            var faults = SchemaKinds.Check(mode, Parse(kind, next), [.. earlier.Select(text => Parse(kind, text))]);
            var theirs = other.Verdict(CompatibilityNames.Of(mode), kind, next, earlier);
            compatible += faults.Count == 0 ? 1 : 0;
            all++;
            if (theirs != (faults.Count == 0) && !KnownDifferences.Explain(kind, faults, other.LastAnswer))
            {
                differences.Add($"{mode}\n next {next}\n earlier {string.Join("\n         ", earlier)}\n ours {string.Join("; ", faults)}\n theirs {other.LastAnswer}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {all} differ:\n{string.Join('\n', differences.Take(10))}");
        Assert.InRange(compatible, all / 10, all * 9 / 10);
    }

    private static ParsedSchema Parse(string kind, string text) => SchemaKinds.Parse(new(text, kind), []);
}
