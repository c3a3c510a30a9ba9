using System.CommandLine;
using Headrace.Cli.Dev;
using Headrace.Cli.Dlt;
using Headrace.Cli.Output;
using Headrace.Cli.Schemas;
using Spectre.Console;

namespace Headrace.Cli;

/// <summary>The command line as a whole: what it takes, and how it ends.</summary>
internal static class HeadraceCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Headrace: event-driven services on Apache Kafka.") { new DevCommand(), new SchemasCommand(), new DltCommand() };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("Nothing was done. --help shows what there is.");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    /// <summary>Runs a command, and turns what users can do something about into one line and an exit code.</summary>
    public static Task<int> GuardAsync(Func<Task> work) => GuardAsync(async () =>
    {
        await work();
        return ExitCode.Done;
    });

    /// <summary>The same for a command that has an exit code of its own.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is ArgumentException or ClientSettingsException)
        {
            await FailAsync(fault);
            return ExitCode.Usage;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or SchemaRegistryException
            or TimeoutException or ClusterException or TransactionException)
        {
            await FailAsync(fault);
            return ExitCode.Failed;
        }
    }

    private static Task FailAsync(Exception fault)
    {
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).MarkupLineInterpolated($"[red]{fault.Message}[/]");
        return Console.Error.FlushAsync();
    }
}
