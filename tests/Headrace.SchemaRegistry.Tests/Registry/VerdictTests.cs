using System.Text.Json.Nodes;
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
        """{"type":["string","null"]}""",
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

    private static readonly string[] Protobuf = [.. new[]
    {
        "", "int32 a = 1;", "int64 a = 1;", "sint32 a = 1;", "string a = 1;", "bytes a = 1;", "bool a = 1;", "fixed32 a = 1;", "optional int32 a = 1;", "repeated int32 a = 1;", "repeated string a = 1;",
        "int32 b = 1;", "int32 a = 2;", "int32 a = 1; string b = 2;", "string b = 2; reserved 1; reserved \"a\";", "oneof o { int32 a = 1; string b = 2; }", "E a = 1;", "Other a = 1;",
        "map<string, int32> a = 1;", "map<string, int64> a = 1;", "message Inner { } int32 a = 1;",
    }.Select(fields => $"syntax = \"proto3\";\npackage shop;\nmessage M {{\n{fields}\n}}\nmessage Other {{ int32 x = 1; }}\nenum E {{ ZERO = 0; }}\n")];

    private static int Rounds => Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 50 : 10_000;

    private static IEnumerable<SchemaCompatibility> Modes => Enum.GetValues<SchemaCompatibility>();

    public static TheoryData<string> Kinds => ["AVRO", "JSON", "PROTOBUF"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pairs_written_by_hand_are_judged_as_elsewhere(string kind)
    {
        using var other = JavaAvro.Start();
        var schemas = kind switch { "AVRO" => Avro, "JSON" => Json, _ => Protobuf };
        var pairs = schemas.SelectMany(before => schemas.Where(next => next != before).Select(next => (before, next))).ToList();
        Assert.InRange(pairs.Count, 300, 1_000);
        Compare(other, pairs.SelectMany(pair => Modes.Select(mode => new VerdictCase(kind, mode, pair.next, [pair.before]))));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Random_histories_are_judged_as_elsewhere(string kind)
    {
        using var other = JavaAvro.Start();
        Compare(other, Histories(kind).SelectMany(history => Modes.Select(mode => new VerdictCase(kind, mode, history[2], history[..2]))));
    }

    private static IEnumerable<string[]> Histories(string kind)
    {
        var (avro, json, proto) = (new RandomAvro(seed: 17), new RandomJsonSchema(seed: 19), new Random(23));
        return Enumerable.Range(0, Rounds).Select(_ => kind switch
        {
            "AVRO" => Three(avro.Record(), schema => (JsonObject)avro.Changed(schema)),
            "JSON" => Three(json.Object(), json.Changed),
            _ => RandomProto.File(proto, "shop") is var first && RandomProto.Changed(proto, first) is var second ? (string[])[first, second, RandomProto.Changed(proto, second)] : [],
        });
    }

    private static string[] Three(JsonObject first, Func<JsonObject, JsonObject> changed) =>
        changed(first) is var second ? [first.ToJsonString(), second.ToJsonString(), changed(second).ToJsonString()] : [];

    private static void Compare(JavaAvro other, IEnumerable<VerdictCase> cases)
    {
        var (compatible, all) = (0, 0);
        var differences = new List<string>();
        foreach (var chunk in cases.Chunk(700))
        {
            var known = new KnownDifferences(other, chunk);
            foreach (var (judged, answer) in chunk.Zip(other.Verdicts(chunk)))
            {
                Assert.False(answer.StartsWith("error ", StringComparison.Ordinal), $"{answer}\n{judged.Next}\n{string.Join('\n', judged.Earlier)}");
                var (ours, theirs) = (judged.Ours(), answer == "COMPATIBLE");
                compatible += ours.Count == 0 ? 1 : 0;
                all++;
                if (theirs != (ours.Count == 0) && !known.Explain(judged, theirs))
                {
                    differences.Add($"{judged.Mode}\n next {judged.Next}\n earlier {string.Join("\n         ", judged.Earlier)}\n ours {string.Join("; ", ours)}\n theirs {answer}");
                }
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {all} differ:\n{string.Join('\n', differences.Take(10))}");
        Assert.InRange(compatible, all / 10, all * 9 / 10);
    }
}
