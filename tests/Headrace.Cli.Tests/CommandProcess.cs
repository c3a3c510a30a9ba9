using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Headrace.Cli.Tests;

/// <summary>The headrace program in a process of its own. Disposing kills it if it still runs.</summary>
internal sealed partial class CommandProcess : IAsyncDisposable
{
    private const int TerminateSignal = 15;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<JsonElement> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private CommandProcess(Process process) => _process = process;

    public string Output => string.Join('\n', _output);

    /// <summary>Starts a command with <c>--json</c>, and waits for the line that it prints.</summary>
    public static async Task<(CommandProcess Process, JsonElement Said)> StartAsync(params string[] args)
    {
        var process = Launch([.. args, "--json"]);
        try
        {
            return (process, await process._said.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken));
        }
        catch (Exception error)
        {
            await process.DisposeAsync();
            throw new InvalidOperationException($"The command said nothing ({error.Message}). Its output:\n{process.Output}", error);
        }
    }

    /// <summary>Starts a command that takes its time.</summary>
    public static CommandProcess Start(params string[] args) => Launch(args);

    /// <summary>Waits for a condition, with a generous deadline.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"After {Deadline.TotalSeconds} s still not: {what}.");
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        await using var process = Launch(args);
        return (await process.WaitAsync(), process.Output);
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>As an orchestrator stops it. Returns the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, TerminateSignal));
        return WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static CommandProcess Launch(string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Headrace.Cli.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        var process = new CommandProcess(new Process { StartInfo = start });
        process._process.OutputDataReceived += (_, line) => process.Read(line.Data);
        process._process.ErrorDataReceived += (_, line) => process._output.Enqueue(line.Data ?? string.Empty);
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;
    }

    private async Task<int> WaitAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _said.TrySetException(new InvalidOperationException("it ended"));
            return;
        }

        _output.Enqueue(line);
        if (line.StartsWith('{'))
        {
            _said.TrySetResult(JsonDocument.Parse(line).RootElement);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
