using System.Text.RegularExpressions;

namespace Headrace.Conformance.Tests.Testing;

/// <summary>Apache Kafka's own command-line tools, run against one broker, and what they print without that which differs from run to run.</summary>
internal sealed partial class Tool(string home, string broker, string topic, string group)
{
    /// <summary>Runs one. In its arguments <c>{topic}</c> and <c>{group}</c> stand for this run's own names; <c>{file}</c> for a file that holds <paramref name="file"/>.</summary>
    public async Task<string> RunAsync(string command, string? input, string? file)
    {
        var path = file is null ? null : Path.GetTempFileName();
        try
        {
            if (path is not null)
            {
                await File.WriteAllTextAsync(path, Named(file!), TestContext.Current.CancellationToken);
            }

            var words = Named(command).Replace("{file}", path).Split(' ');
            string[] arguments = [words[0], "--bootstrap-server", broker, .. words[1..]];
            return Plain(await PrintedAsync(arguments, input is null ? "" : Named(input)), path);
        }
        finally
        {
            if (path is not null)
            {
                File.Delete(path);
            }
        }
    }

    public static string WithoutNumbers(string printed) => Number().Replace(printed, "N");

    private string Named(string text) => text.Replace("{topic}", topic).Replace("{group}", group);

    private async Task<string> PrintedAsync(string[] arguments, string input)
    {
        var (exitCode, output, error) = await Command.RunAsync(Path.Combine(home, "bin", "kafka-tool"), arguments, input);
        return $"exit {exitCode}\n{output}{error}";
    }

    // Names of this run, addresses, ids, times, and the order of lines, which hash tables decide.
    private string Plain(string printed, string? path)
    {
        var text = printed.Replace(topic, "TOPIC").Replace(group, "GROUP").Replace(broker, "BROKER").Replace(path ?? "{file}", "FILE");
        text = TopicId().Replace(text, "TopicId: ID");
        text = MemberId().Replace(text, "$1-ID");
        text = Time().Replace(text, "TIME");
        text = Throughput().Replace(text, "$1N");
        text = ProducerId().Replace(text, "ID ");
        text = LogDir().Replace(text, "$1DIR");
        text = Wording().Replace(text, "$1: …");
        text = text.Replace("min.insync.replicas=1,", "").Replace(" min.insync.replicas=1", "");
        text = StackFrame().Replace(text, "");
        return string.Join('\n', text.Split('\n').Select(line => Blanks().Replace(line, " ").Trim()).Where(line => line.Length > 0 && !line.StartsWith("SLF4J", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("TopicId: [A-Za-z0-9_-]{22}")]
    private static partial Regex TopicId();

    [GeneratedRegex("(console-consumer|consumer)-[0-9a-f-]{36}")]
    private static partial Regex MemberId();

    [GeneratedRegex(@"\b1[0-9]{12}\b|\b20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8}([.,:][0-9]{3})?")]
    private static partial Regex Time();

    [GeneratedRegex("(\"logDir\":\")[^\"]*")]
    private static partial Regex LogDir();

    [GeneratedRegex(@"(throughput"":)[0-9.]+")]
    private static partial Regex Throughput();

    [GeneratedRegex(@"^\s*[0-9]+\s+(?=[0-9]+\s+-?[0-9]+\s+-?[0-9]+\s+TIME)", RegexOptions.Multiline)]
    private static partial Regex ProducerId();

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?")]
    private static partial Regex Number();

    // What the broker says to an error is in its own words.
    [GeneratedRegex(@"(Exception|executing topic command ): .*$", RegexOptions.Multiline)]
    private static partial Regex Wording();

    [GeneratedRegex(@"^\s+at .*$|^\s*\.\.\. [0-9]+ more$", RegexOptions.Multiline)]
    private static partial Regex StackFrame();

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Blanks();
}
