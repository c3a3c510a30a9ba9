using System.Text.RegularExpressions;
using Headrace.Broker.Requests;

namespace Headrace.Broker.Tests.Server;

public sealed partial class DocumentTests
{
    [Fact]
    public void The_page_about_the_broker_lists_what_it_speaks()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "docs", "dev-broker.md")))
        {
            root = root.Parent;
        }

        var listed = Row().Matches(File.ReadAllText(Path.Combine(root.FullName, "docs", "dev-broker.md")))
            .Select(match => $"{match.Groups["key"]} {match.Groups["name"]} {match.Groups["versions"]}");

        var served = new RequestTable().All.Select(handler => $"{(short)handler.Key} {handler.Key} {handler.MinVersion}-{handler.MaxVersion}");
        Assert.Equal(served.Order(), listed.Order());
    }

    [GeneratedRegex(@"\| (?<key>\d+) \| (?<name>\w+) \| (?<versions>\d+-\d+)")]
    private static partial Regex Row();
}
