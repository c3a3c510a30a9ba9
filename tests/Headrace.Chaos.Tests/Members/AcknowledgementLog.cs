using Microsoft.Extensions.Logging;

namespace Headrace.Chaos.Members;

/// <summary>Stands still, once it is told to, where the group says that a copy of a failed record is acknowledged: its record is not settled yet.</summary>
internal sealed class AcknowledgementLog(HandledFile handled) : ILoggerProvider, ILogger
{
    private const int DeadLettered = 3002;
    private const int RetriesLater = 3009;

    private readonly ManualResetEventSlim _end = new();

    public bool StandsStill { get; set; }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (StandsStill && eventId.Id is (DeadLettered or RetriesLater))
        {
            handled.Write(HandledLine.Acknowledged, default);
            _end.Wait();
        }
    }

    public void Dispose()
    {
        _end.Set();
        _end.Dispose();
    }
}
