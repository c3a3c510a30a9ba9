using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Headrace.Cli.Output;

namespace Headrace.Cli.Dlt;

/// <summary>Which dead letters are meant: the same options for browse, redrive and discard.</summary>
internal sealed partial class FilterOptionSet
{
    private readonly Option<string?> _topic = new("--topic") { Description = "Those of this origin topic." };
    private readonly Option<string?> _at = new("--at") { HelpName = "TOPIC[P]@OFFSET", Description = "This one, by its place in the dead-letter topic as browse shows it." };
    private readonly Option<string?> _exception = new("--exception") { HelpName = "TYPE", Description = "Those with this exception: its full name, or the last part of it." };
    private readonly Option<string?> _handler = new("--handler") { Description = "Those of this handler." };
    private readonly Option<string?> _key = new("--key") { Description = "Those of this key, as text." };
    private readonly Option<string[]> _header = new("--header") { HelpName = "NAME[=VALUE]", Description = "Those with this header; may be given several times." };
    private readonly Option<string?> _from = new("--from") { HelpName = "TIME", Description = "Those that failed then or later, for example 2026-01-31T08:00Z." };
    private readonly Option<string?> _until = new("--until") { HelpName = "TIME", Description = "Those that failed before." };

    public void AddTo(Command command)
    {
        Option[] options = [_topic, _at, _exception, _handler, _key, _header, _from, _until];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <exception cref="ArgumentException">A value cannot be read.</exception>
    public DeadLetterFilter Filter(ParseResult given) => new()
    {
        Topic = given.GetValue(_topic),
        Position = Position(given.GetValue(_at)),
        Exception = given.GetValue(_exception),
        Handler = given.GetValue(_handler),
        Key = given.GetValue(_key) is { } key ? (RecordKey?)(RecordKey)key : null,
        Headers = (given.GetValue(_header) ?? []).Select(static pair => Pairs.Split("--header", pair)).ToDictionary(static pair => pair.Name, static pair => pair.Value),
        From = Time("--from", given.GetValue(_from)),
        Until = Time("--until", given.GetValue(_until)),
    };

    private static RecordPosition? Position(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var match = Place().Match(text);
        return match.Success
            && int.TryParse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture, out var offset)
            ? new(match.Groups[1].Value, partition, offset)
            : throw new ArgumentException($"--at is '{text}'. It has to be TOPIC[PARTITION]@OFFSET, for example orders.billing.dlt[3]@7.");
    }

    private static DateTimeOffset? Time(string option, string? text) => text is null
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new ArgumentException($"{option} is '{text}'. It has to be a time, for example 2026-01-31T08:00Z; without a zone it is UTC.");

    [GeneratedRegex(@"^([a-zA-Z0-9._-]+)\[([0-9]+)\]@([0-9]+)\z")]
    private static partial Regex Place();
}
