using System.CommandLine;
using Headrace.Cli.Output;

namespace Headrace.Cli.Schemas;

/// <summary><c>headrace schemas diff</c>: what has changed, without judging.</summary>
internal sealed class DiffCommand : Command
{
    private readonly SchemaSource _source;
    private readonly Option<string> _against = new("--against") { HelpName = "FOLDER|URL", Description = "What is in use: a folder of files, or a registry.", Required = true };

    public DiffCommand()
        : base("diff", "Shows what has become of every subject's schema. Ends with 0, whatever it is.")
    {
        _source = new(this, "The schemas to come.");
        Add(_against);
        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        var verdicts = await _source.CompareAsync(given, given.GetValue(_against)!, mode: null, stopping);
        new Result(given.GetValue(_source.Json)).WriteLines(VerdictLine.Of(verdicts), SchemasJson.Default.IReadOnlyListVerdictLine, VerdictLine.Lines);
        return ExitCode.Done;
    }
}
