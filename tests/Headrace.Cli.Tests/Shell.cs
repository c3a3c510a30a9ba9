using System.Diagnostics;

namespace Headrace.Cli.Tests;

/// <summary>Commands of the machine that tests need: a database, another server.</summary>
internal static class Shell
{
    public static async Task RunAsync(string command)
    {
        var (exitCode, said) = await TryAsync(command);
        Assert.True(exitCode == 0, $"'{command}' ended with {exitCode}: {said}");
    }

    /// <summary>Its output goes through a file: a server that it starts keeps the output, and a pipe would stay open as long as the server runs.</summary>
    public static async Task<(int ExitCode, string Said)> TryAsync(string command)
    {
        var log = Path.GetTempFileName();
        try
        {
            using var process = Process.Start("/bin/sh", ["-c", $"cd /; {{ {command}; }} >\"$1\" 2>&1 </dev/null", "sh", log]);
            await process.WaitForExitAsync(CancellationToken.None);
            return (process.ExitCode, await File.ReadAllTextAsync(log, CancellationToken.None));
        }
        finally
        {
            File.Delete(log);
        }
    }
}
