using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Headrace.Tests.Testing;

/// <summary>Keeps every log line: <c>Warning Headrace.Failures[3001] …</c>, and what scopes were open.</summary>
internal sealed class Lines : ILoggerFactory
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly LoggerExternalScopeProvider _scopes = new();

    public IReadOnlyCollection<string> All => _lines;

    /// <summary>The scopes around the caller, outermost first.</summary>
    public IReadOnlyList<object?> Scopes()
    {
        var open = new List<object?>();
        _scopes.ForEachScope(static (scope, list) => list.Add(scope), open);
        return open;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Logger(Lines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => lines._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines._lines.Enqueue($"{logLevel} {category}[{eventId.Id}] {formatter(state, exception)}");
    }
}
