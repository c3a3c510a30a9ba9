using System.Text.Json.Serialization;

namespace Headrace.Cli.Schemas;

/// <summary>What is said of one subject.</summary>
internal sealed record VerdictLine(string Subject, SchemaChange Change, string Mode, IReadOnlyList<string> Faults, IReadOnlyList<string> Findings)
{
    public static IReadOnlyList<VerdictLine> Of(IEnumerable<SchemaVerdict> verdicts) => [.. verdicts.Select(verdict =>
        new VerdictLine(verdict.Subject, verdict.Change, verdict.Mode.ToString(), [.. verdict.Faults.Select(fault => fault.ToString())], [.. verdict.Findings.Select(finding => finding.ToString())]))];

    public static IEnumerable<string> Lines(IReadOnlyList<VerdictLine> verdicts) => verdicts.SelectMany(verdict => verdict.Faults.Select(fault => $"  {verdict.Mode}: {fault}")
        .Concat(verdict.Findings.Select(finding => $"  lint: {finding}")).Prepend($"{verdict.Subject}: {verdict.Change.ToString().ToLowerInvariant()}"));
}

/// <summary>What was registered.</summary>
internal sealed record RegisteredLine(string Subject, int Version, int Id);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<VerdictLine>))]
[JsonSerializable(typeof(IReadOnlyList<RegisteredLine>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class SchemasJson : JsonSerializerContext;
