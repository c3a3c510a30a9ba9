using System.CommandLine;
using System.Globalization;
using Headrace.Cli.Output;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Headrace.Cli.Dlt;

/// <summary><c>headrace dlt browse</c>: the dead letters of a group, one by one.</summary>
internal sealed class BrowseCommand : Command
{
    private readonly Option<string> _group = new("--group") { Required = true, Description = "The group that failed." };
    private readonly Option<int> _most = new("--most") { HelpName = "N", Description = "At most so many.", DefaultValueFactory = _ => 50 };
    private readonly Option<bool> _all = new("--resolved") { Description = "Shows those too that were redriven or discarded." };
    private readonly Option<bool> _value = new("--value") { Description = "Shows headers and values, which may be confidential." };
    private readonly Option<bool> _json = new("--json") { Description = "Says it as one line of JSON." };
    private readonly FilterOptionSet _filter = new();
    private readonly ClusterOptionSet _cluster = new();

    public BrowseCommand()
        : base("browse", "Shows dead letters of a group one by one: where, which key, and why.")
    {
        Option[] options = [_group, _most, _all, _value, _json];
        foreach (var option in options)
        {
            Add(option);
        }

        _filter.AddTo(this);
        _cluster.AddTo(this);
        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task RunAsync(ParseResult given, CancellationToken stopping)
    {
        using var letters = new DeadLetters(_cluster.Settings(given), NullLoggerFactory.Instance);
        var filter = _filter.Filter(given) with { IncludesResolved = given.GetValue(_all) };
        var withValue = given.GetValue(_value);
        var lines = await letters.BrowseAsync(given.GetValue(_group)!, filter, stopping)
            .Take(given.GetValue(_most)).Select(letter => LetterLine.Of(letter, withValue)).ToListAsync(stopping);
        new Result(given.GetValue(_json)).Write(lines, DltJson.Default.ListLetterLine, Render);
    }

    private static Table Render(List<LetterLine> lines)
    {
        var table = new Table().AddColumns("at", "key", "origin", "failed", "tries", "why");
        foreach (var line in lines)
        {
            var why = $"{line.Exception}: {line.Message}{(line.IsResolved ? " (resolved)" : "")}{(line.Value is null ? "" : $"\n{line.Value}")}";
            var failed = line.FailedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            table.AddRow(
                new Text(line.At), new Text(line.Key), new Text(line.Origin), new Text(failed), new Text(line.Attempts.ToString(CultureInfo.InvariantCulture)).RightJustified(), new Text(why));
        }

        return table;
    }
}
