using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Headrace.Chaos.Members;

namespace Headrace.Chaos;

/// <summary>A member in a process of its own, and what was done to it. Disposing kills it if it still runs.</summary>
internal sealed partial class MemberProcess : IAsyncDisposable
{
    private const int Continue = 18;
    private const int Stop = 19;
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(120);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;
    private readonly string _file;

    public MemberProcess(string name, string folder, string kafka, string topic, string group, params string[] verb)
    {
        (Name, _file) = (name, Path.Combine(folder, name));
        var start = new ProcessStartInfo("dotnet", [typeof(MemberProcess).Assembly.Location, .. verb is [] ? [Program.MemberVerb] : verb, kafka, topic, group, _file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>When it could have lost partitions without giving them up.</summary>
    public List<Loss> Losses { get; } = [];

    /// <summary>The end of what it printed.</summary>
    public string Output => string.Join('\n', _output);

    public IEnumerable<HandledLine> Lines => HandledLine.ReadAll(_file);

    public void Order(string order) => _process.StandardInput.WriteLine(order);

    public void Freeze() => Assert.Equal(0, SendSignal(_process.Id, Stop));

    public void Thaw() => Assert.Equal(0, SendSignal(_process.Id, Continue));

    /// <summary>As <c>kill -9</c>: nothing is finished, nothing committed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Lets it leave in order.</summary>
    public async Task LeaveAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(EndDeadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{Name} did not end within {EndDeadline.TotalSeconds} s.");
        }

        Assert.True(_process.ExitCode == 0, $"{Name} ended with exit code {_process.ExitCode}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        _output.Enqueue(line ?? "");
        while (_output.Count > 60)
        {
            _output.TryDequeue(out _);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
