namespace Headrace.Cli.Output;

/// <summary>Options of the form <c>NAME=VALUE</c>.</summary>
internal static class Pairs
{
    /// <summary>Name and value; no value where there is no '='.</summary>
    public static (string Name, string? Value) Split(string option, string pair)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        return at == 0 || pair.Length == 0 ? throw Fault(option, pair) : at < 0 ? (pair, null) : (pair[..at], pair[(at + 1)..]);
    }

    public static ArgumentException Fault(string option, string pair) => new($"{option} is '{pair}'. It has to be NAME=VALUE.");
}
