using System.CommandLine;
using System.Globalization;
using Headrace.Cli.Output;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Headrace.Cli.Dlt;

/// <summary><c>headrace dlt list</c>: how many wait where, since when, and why.</summary>
internal sealed class ListCommand : Command
{
    private readonly Option<string?> _group = new("--group") { Description = "Those of this group. Default: all." };
    private readonly Option<bool> _json = new("--json") { Description = "Says it as one line of JSON." };
    private readonly ClusterOptionSet _cluster = new();

    public ListCommand()
        : base("list", "Shows how many dead letters wait in every dead-letter topic, since when, and why.")
    {
        Add(_group);
        Add(_json);
        _cluster.AddTo(this);
        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task RunAsync(ParseResult given, CancellationToken stopping)
    {
        using var letters = new DeadLetters(_cluster.Settings(given), NullLoggerFactory.Instance);
        var summaries = await letters.ListAsync(given.GetValue(_group), stopping);
        new Result(given.GetValue(_json)).Write(summaries.Select(SummaryLine.Of).ToList(), DltJson.Default.ListSummaryLine, Render);
    }

    private static Table Render(List<SummaryLine> lines)
    {
        var table = new Table().AddColumns("topic", "waiting", "oldest", "newest", "why");
        foreach (var line in lines)
        {
            var why = string.Join("\n", line.ByException.Select(static pair => $"{pair.Value} × {pair.Key}"));
            table.AddRow(
                new Text(line.Topic), new Text(line.Depth.ToString(CultureInfo.InvariantCulture)).RightJustified(), new Text(Time(line.OldestAt)), new Text(Time(line.NewestAt)), new Text(why));
        }

        return table;
    }

    private static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
