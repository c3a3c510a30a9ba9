using System.CommandLine;
using System.Globalization;
using Headrace.Cli.Output;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Headrace.Cli.Dlt;

/// <summary><c>headrace dlt redrive</c> and <c>headrace dlt discard</c>: all, those that a filter means, or one.</summary>
internal sealed class ResolveCommand : Command
{
    private readonly Option<string> _group = new("--group") { Required = true, Description = "The group that failed." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only counts." };
    private readonly Option<long?> _most = new("--most") { HelpName = "N", Description = "At most so many." };
    private readonly Option<double?> _rate = new("--rate") { HelpName = "N", Description = "Records a second, at most." };
    private readonly Option<string?> _by = new("--by") { HelpName = "WHO", Description = "Who does it, for the audit. Default: user and machine." };
    private readonly Option<bool> _json = new("--json") { Description = "Says the result as one line of JSON." };

    private readonly Option<RedriveTarget> _to = new("--to")
    {
        Description = "Group: only the group that failed handles them again. Origin: every group that reads the topic does.",
        DefaultValueFactory = _ => RedriveTarget.Group,
    };

    private readonly Option<FileInfo?> _value = new("--value") { HelpName = "FILE", Description = "Gives the one that --at names this value." };
    private readonly FilterOptionSet _filter = new();
    private readonly ClusterOptionSet _cluster = new();
    private readonly bool _isRedrive;

    public ResolveCommand(string name, string description, bool isRedrive)
        : base(name, description)
    {
        _isRedrive = isRedrive;
        Option[] options = [_group, _dryRun, _most, _rate, _by, _json];
        foreach (var option in options.Concat(isRedrive ? [_to, _value] : []))
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
        var (group, filter) = (given.GetValue(_group)!, _filter.Filter(given));
        var options = new RedriveOptions { IsDryRun = given.GetValue(_dryRun), Most = given.GetValue(_most), Rate = given.GetValue(_rate) };
        options = given.GetValue(_by) is { } by ? options with { By = by } : options;
        var progress = new ProgressLines(TimeProvider.System);
        var result = _isRedrive
            ? await letters.RedriveAsync(group, filter, options with { Target = given.GetValue(_to), Edit = await EditAsync(given, filter, stopping) }, progress, stopping)
            : await letters.DiscardAsync(group, filter, options, progress, stopping);
        new Result(given.GetValue(_json)).Write(
            new ResolveLine(result.Id, options.IsDryRun, result.Matched, result.Done, result.ByException), DltJson.Default.ResolveLine, Render);
    }

    private async Task<Func<DeadLetter, OutgoingRecord, OutgoingRecord>?> EditAsync(ParseResult given, DeadLetterFilter filter, CancellationToken stopping)
    {
        if (given.GetValue(_value) is not { } file)
        {
            return null;
        }

        if (filter.Position is null)
        {
            throw new ArgumentException("--value gives a dead letter another value, and --at does not say which. Add --at, as browse shows it.");
        }

        var value = await File.ReadAllBytesAsync(file.FullName, stopping);
        return (_, copy) => copy with { Value = value };
    }

    private Rows Render(ResolveLine line)
    {
        var done = (_isRedrive, line.IsDryRun) switch
        {
            (true, true) => "would be redriven",
            (false, true) => "would be discarded",
            (true, false) => "redriven",
            _ => "discarded",
        };
        var count = line.IsDryRun ? line.Matched : line.Done;
        return new(
            [
                new Text($"{count.ToString("N0", CultureInfo.InvariantCulture)} {done}."),
                .. line.ByException.OrderByDescending(static pair => pair.Value).Select(static pair => new Text($"  {pair.Value.ToString("N0", CultureInfo.InvariantCulture)} × {pair.Key}")),
            ]);
    }
}
