using System.CommandLine;

namespace Headrace.Cli.Schemas;

/// <summary><c>headrace schemas</c>: schemas in files and in registries.</summary>
internal sealed class SchemasCommand : Command
{
    public SchemasCommand()
        : base("schemas", "Compares schemas to come with those in use, in a build or by hand; needs no broker, and with files no registry either.")
    {
        Add(new CheckCommand());
        Add(new DiffCommand());
        Add(new PullCommand());
        Add(new RegisterCommand());
    }
}
