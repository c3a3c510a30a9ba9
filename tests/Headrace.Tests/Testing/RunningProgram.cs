using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Testing;

/// <summary>A program's own main method, run as it stands; its host is taken from what it builds.</summary>
internal sealed class RunningProgram : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // Hosts of other tests are built meanwhile: only what this program's flow of execution builds is its own.
    private static readonly AsyncLocal<RunningProgram?> Current = new();

    private readonly TaskCompletionSource<IHost> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _main = Task.CompletedTask;

    public IHost Host { get; private set; } = null!;

    public Uri Address => new(Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<RunningProgram> StartAsync(Action<string[]> main, params string[] args)
    {
        var program = new RunningProgram();
        program._main = Task.Factory.StartNew(() => program.Run(main, args), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(program._built.Task, program._main).WaitAsync(Deadline);
        if (program._main.IsFaulted)
        {
            await program._main;
        }

        program.Host = await program._built.Task;
        var started = program.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted;
        await Wait.UntilAsync("the program has started", () => started.IsCancellationRequested);
        return program;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
        {
            value.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: "HostBuilt", Value: IHost host } && Current.Value == this)
        {
            _built.TrySetResult(host);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public async ValueTask DisposeAsync()
    {
        Host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _main;
    }

    private void Run(Action<string[]> main, string[] args)
    {
        Current.Value = this;
        using var listening = DiagnosticListener.AllListeners.Subscribe(this);
        main(args);
    }
}
