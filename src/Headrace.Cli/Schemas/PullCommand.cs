using System.CommandLine;
using Headrace.Cli.Output;

namespace Headrace.Cli.Schemas;

/// <summary><c>headrace schemas pull</c>: a registry's latest schemas as files.</summary>
internal sealed class PullCommand : Command
{
    private readonly SchemaSource _source;
    private readonly Option<string> _from = new("--from") { HelpName = "URL", Description = "The registry.", Required = true };
    private readonly Option<string> _prefix = new("--prefix") { HelpName = "TEXT", Description = "Only subjects that begin with this.", DefaultValueFactory = _ => "" };

    public PullCommand()
        : base("pull", "Writes the latest schemas of a registry as files, to be kept beside the code and compared with in a build.")
    {
        _source = new(this, "Where the files go.");
        Add(_from);
        Add(_prefix);
        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        using var registry = _source.Connect(given, given.GetValue(_from)!);
        var subjects = await SchemaComparison.PullAsync(registry, _source.FolderOf(given), given.GetValue(_prefix)!, stopping);
        new Result(given.GetValue(_source.Json)).WriteLines(subjects, SchemasJson.Default.IReadOnlyListString, written => written);
        return ExitCode.Done;
    }
}
