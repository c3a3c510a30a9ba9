using System.CommandLine;

namespace Headrace.Cli.Dlt;

/// <summary><c>headrace dlt</c>: what was dead-lettered, and what becomes of it.</summary>
internal sealed class DltCommand : Command
{
    public DltCommand()
        : base("dlt", "Lists, browses, redrives and discards dead letters.")
    {
        Add(new ListCommand());
        Add(new BrowseCommand());
        Add(new ResolveCommand("redrive", "Produces dead letters again: to the group that failed, or to where they came from. What is redriven is not redriven again.", isRedrive: true));
        Add(new ResolveCommand("discard", "Says that dead letters need nobody's care any more. They stay in their topic and count no longer.", isRedrive: false));
    }
}
