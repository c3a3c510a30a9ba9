namespace Headrace.Cli.Output;

/// <summary>How every command ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It was tried, and something stood in the way that the message names.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int Usage = 2;
}
