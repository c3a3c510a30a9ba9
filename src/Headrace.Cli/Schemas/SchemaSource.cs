using System.CommandLine;

namespace Headrace.Cli.Schemas;

/// <summary>What the commands take in common: the folder, and how a registry is reached.</summary>
internal sealed class SchemaSource
{
    private const string PasswordVariable = "HEADRACE_REGISTRY_PASSWORD";
    private const string TokenVariable = "HEADRACE_REGISTRY_TOKEN";

    private readonly Option<string?> _user = new("--user") { HelpName = "NAME", Description = $"The user of a registry that asks for one; its password is in {PasswordVariable}. A bearer token goes in {TokenVariable}." };

    public SchemaSource(Command command, string folder)
    {
        Folder = new("FOLDER") { Description = folder };
        command.Add(Folder);
        command.Add(_user);
        command.Add(Json);
    }

    public Argument<string> Folder { get; }

    public Option<bool> Json { get; } = new("--json") { Description = "Answers in one line of JSON." };

    public SchemaFolder FolderOf(ParseResult given) => new(given.GetValue(Folder)!);

    public SchemaRegistryClient Connect(ParseResult given, string url) => new(new()
    {
        Url = url,
        UserName = given.GetValue(_user),
        Password = Environment.GetEnvironmentVariable(PasswordVariable),
        Token = Environment.GetEnvironmentVariable(TokenVariable),
    });

    /// <summary>Compares the folder with another one, or with a registry.</summary>
    public async Task<IReadOnlyList<SchemaVerdict>> CompareAsync(ParseResult given, string against, SchemaCompatibility? mode, CancellationToken stopping)
    {
        if (!against.Contains("://", StringComparison.Ordinal))
        {
            return SchemaComparison.Compare(FolderOf(given), new(against), mode ?? SchemaCompatibility.Backward);
        }

        using var registry = Connect(given, against);
        return await SchemaComparison.CompareAsync(FolderOf(given), registry, mode, stopping);
    }
}
