namespace Headrace.Schemas.Testing;

/// <summary>
/// Where another registry judges otherwise. Each difference has its row, and the sentence that decides, in docs/decisions/0015-verdicts-of-another-registry.md.
/// </summary>
/// <param name="other">The other registry.</param>
/// <param name="judged">The cases that may be asked about.</param>
internal sealed class KnownDifferences(JavaAvro other, IReadOnlyList<VerdictCase> judged)
{
    private readonly KnownProtobufDifferences _protobuf = new(other, [.. judged.Where(one => one.Kind == "PROTOBUF")]);

    /// <summary>Whether a listed difference, and nothing else, makes the verdicts differ.</summary>
    public bool Explain(VerdictCase one, bool theirs) => one.Kind switch
    {
        "JSON" => !theirs && KnownJsonDifferences.Explain(other, one),
        "PROTOBUF" => _protobuf.Explain(one, theirs),
        _ => false,
    };
}
