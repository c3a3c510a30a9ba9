using System.CommandLine;
using Headrace.Cli.Output;

namespace Headrace.Cli.Schemas;

/// <summary><c>headrace schemas register</c>: files as new versions in a registry.</summary>
internal sealed class RegisterCommand : Command
{
    private readonly SchemaSource _source;
    private readonly Option<string> _to = new("--to") { HelpName = "URL", Description = "The registry.", Required = true };

    public RegisterCommand()
        : base("register", "Registers every schema of a folder, those first that others use. One that is there already stays as it is.")
    {
        _source = new(this, "The schemas to register.");
        Add(_to);
        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        using var registry = _source.Connect(given, given.GetValue(_to)!);
        IReadOnlyList<RegisteredLine> lines = [.. (await SchemaComparison.RegisterAsync(_source.FolderOf(given), registry, stopping)).Select(schema => new RegisteredLine(schema.Subject!, schema.Version, schema.Id))];
        new Result(given.GetValue(_source.Json)).WriteLines(lines, SchemasJson.Default.IReadOnlyListRegisteredLine, all => all.Select(line => $"{line.Subject} version {line.Version}, id {line.Id}"));
        return ExitCode.Done;
    }
}
