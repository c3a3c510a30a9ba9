using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Testing;

/// <summary>
/// Runs a program by its entry point, on a thread of its own, and gets hold of its host: the hosts of .NET say when they are about to be built and when they are (DiagnosticListener
/// <c>Microsoft.Extensions.Hosting</c>, which WebApplicationFactory and the tools of Entity Framework rely on as well).
/// </summary>
internal sealed class ProgramStart : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly AsyncLocal<ProgramStart?> Current = new();

    private readonly Action<IHostBuilder> _configure;
    private readonly TaskCompletionSource<(IHost Host, CancellationToken Started)> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _subscriptions = [];

    private ProgramStart(Action<IHostBuilder> configure) => _configure = configure;

    /// <summary>Completes when the program has ended; with its exception when it threw.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts a program; completes when its host has started.</summary>
    public static async Task<(IHost Host, ProgramStart Program)> RunAsync(Assembly program, string[] arguments, Action<IHostBuilder> configure, TimeSpan deadline)
    {
        var start = new ProgramStart(configure);
        var entry = program.EntryPoint ?? throw new ArgumentException($"{program.GetName().Name} has no entry point, so it cannot be started. Name a type of the program itself.");
        var thread = new Thread(() => start.Run(entry, arguments)) { IsBackground = true, Name = $"{program.GetName().Name} under test" };
        thread.Start();
        try
        {
            var (host, hasStarted) = await start._built.Task.WaitAsync(deadline);
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = hasStarted.Register(started.SetResult);
            await (await Task.WhenAny(started.Task, start.Ended).WaitAsync(deadline));
            return started.Task.IsCompleted ? (host, start) : throw NoHost(program, "before its host had started");
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{program.GetName().Name} has not started its host within {deadline.TotalSeconds:0} s. What it waits for is in its log.");
        }
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (Current.Value == this && value.Name == "Microsoft.Extensions.Hosting")
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (Current.Value != this)
        {
            return;
        }

        if (value is { Key: "HostBuilding", Value: IHostBuilder builder })
        {
            _configure(builder);
        }
        else if (value is { Key: "HostBuilt", Value: IHost host })
        {
            // A program that fails at once has disposed its services before anybody else looks.
            _built.TrySetResult((host, host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted));
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private static InvalidOperationException NoHost(Assembly program, string when) =>
        new($"{program.GetName().Name} ended {when}. What it says on the console tells why; a program with a command line of its own needs HeadraceAppOptions.Arguments.");

    private void Run(MethodInfo entry, string[] arguments)
    {
        Current.Value = this;
        using var listening = DiagnosticListener.AllListeners.Subscribe(this);
        try
        {
            entry.Invoke(null, entry.GetParameters().Length == 0 ? [] : [arguments]);
            End(null, entry.Module.Assembly);
        }
        catch (TargetInvocationException error)
        {
            End(ExceptionDispatchInfo.Capture(error.InnerException ?? error).SourceException, entry.Module.Assembly);
        }
        finally
        {
            _subscriptions.ForEach(static subscription => subscription.Dispose());
        }
    }

    private void End(Exception? error, Assembly program)
    {
        _built.TrySetException(error ?? NoHost(program, "before it had built a host"));
        if (error is null)
        {
            _ended.TrySetResult();
        }
        else
        {
            _ended.TrySetException(error);
        }
    }
}
