using System.CommandLine;
using Headrace.Cli.Output;

namespace Headrace.Cli.Schemas;

/// <summary><c>headrace schemas check</c>: ends with 1 when a change would break somebody.</summary>
internal sealed class CheckCommand : Command
{
    private readonly SchemaSource _source;
    private readonly Option<string> _against = new("--against") { HelpName = "FOLDER|URL", Description = "What is in use: a folder of files, or a registry.", Required = true };
    private readonly Option<SchemaCompatibility?> _mode = new("--mode") { Description = "The mode to judge by. Default: a registry's own for each subject; Backward for folders." };
    private readonly Option<bool> _noLint = new("--no-lint") { Description = "Only the mode decides. Otherwise nothing may be renamed or removed, and nothing be new without a default." };

    public CheckCommand()
        : base("check", "Ends with 1 when a schema to come would break who reads or writes the one in use, and says what to do.")
    {
        _source = new(this, "The schemas to come.");
        Add(_against);
        Add(_mode);
        Add(_noLint);
        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        var lints = !given.GetValue(_noLint);
        var verdicts = (await _source.CompareAsync(given, given.GetValue(_against)!, given.GetValue(_mode), stopping))
            .Where(verdict => verdict.Change != SchemaChange.Gone).Select(verdict => lints ? verdict : verdict with { Findings = [] }).ToList();
        new Result(given.GetValue(_source.Json)).WriteLines(VerdictLine.Of(verdicts), SchemasJson.Default.IReadOnlyListVerdictLine, VerdictLine.Lines);
        return verdicts.Exists(verdict => verdict.Change == SchemaChange.Incompatible || verdict.Findings.Count > 0) ? ExitCode.Failed : ExitCode.Done;
    }
}
