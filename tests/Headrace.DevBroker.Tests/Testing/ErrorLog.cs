using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Tests.Testing;

/// <summary>Keeps what is logged as an error, and counts the connections that are closed with a reason.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    private int _refused;

    public ConcurrentQueue<string> Errors { get; } = [];

    public int Refused => Volatile.Read(ref _refused);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var said = formatter(state, exception);
        if (logLevel >= LogLevel.Error)
        {
            Errors.Enqueue($"{said} {exception}");
        }
        else if (said.Contains(" is closed: ", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _refused);
        }
    }

    public void Dispose()
    {
    }
}
