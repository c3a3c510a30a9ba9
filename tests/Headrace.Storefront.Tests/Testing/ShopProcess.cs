using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Headrace.Storefront.Tests.Testing;

/// <summary>The Storefront program in a process of its own. Disposing kills it if it still runs.</summary>
internal sealed partial class ShopProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(45);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private ShopProcess(Process process) => _process = process;

    /// <summary>Talks to the process's HTTP server.</summary>
    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(20) };

    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program with a free HTTP port, and waits until it listens.</summary>
    public static Task<ShopProcess> StartAsync(params string[] args) => StartAsync(new Dictionary<string, string>(), args);

    /// <summary>The same with variables in its environment.</summary>
    public static async Task<ShopProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var process = Launch(["--port", "0", .. args], environment);
        try
        {
            process.Http.BaseAddress = await process._address.Task.WaitAsync(EndDeadline, TestContext.Current.CancellationToken);
            return process;
        }
        catch (Exception error)
        {
            await process.DisposeAsync();
            throw new InvalidOperationException($"The program did not start ({error.Message}). Its output:\n{process.Output}", error);
        }
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        await using var process = Launch(args, new Dictionary<string, string>());
        await process.WaitForExitAsync();
        return (process._process.ExitCode, process.Output);
    }

    /// <summary>As <c>kill -9</c>: nothing is finished, nothing committed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>As an orchestrator stops it; waits for the end, which has to be clean.</summary>
    public async Task TerminateAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, Terminate));
        await WaitForExitAsync();
        Assert.True(_process.ExitCode is 0 or 128 + Terminate, $"Exit code {_process.ExitCode}. Output:\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static ShopProcess Launch(string[] args, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Storefront.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new ShopProcess(new Process { StartInfo = start });
        process._process.OutputDataReceived += (_, line) => process.Read(line.Data);
        process._process.ErrorDataReceived += (_, line) => process.Read(line.Data);
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;
    }

    private async Task WaitForExitAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(EndDeadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The program did not end within {EndDeadline.TotalSeconds} s. Its output:\n{Output}");
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException("it ended"));
            return;
        }

        _output.Enqueue(line);
        if (Listening().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups["address"].Value));
        }
    }

    [GeneratedRegex("Storefront listens on (?<address>http://[^ ]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
