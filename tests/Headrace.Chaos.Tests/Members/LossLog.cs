using Microsoft.Extensions.Logging;

namespace Headrace.Chaos.Members;

/// <summary>Writes down when a member says that it lost partitions.</summary>
internal sealed class LossLog(HandledFile handled) : ILoggerProvider, ILogger
{
    private const int Lost = 1006;
    private const int LostWhileDraining = 1021;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id is Lost or LostWhileDraining)
        {
            handled.Write(HandledLine.Lost, default);
        }
    }

    public void Dispose()
    {
    }
}
