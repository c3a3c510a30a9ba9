using Microsoft.Extensions.Logging;

namespace Headrace.Pipeline;

/// <summary>The step that puts what its handler logs into the record's scope. Costs nothing where its category is switched off.</summary>
internal sealed class LogScope
{
    /// <summary>A category of its own, so that the scope can be switched off without losing lines.</summary>
    public const string Category = "Headrace.Consuming.Scope";

    private readonly MessageDelegate _next;
    private readonly ILogger _logger;

    public LogScope(MessageDelegate next, ILogger logger) => (_next, _logger) = (next, logger);

    public ValueTask RunAsync(MessageContext context) => _logger.IsEnabled(LogLevel.Critical) ? RunInScopeAsync(context) : _next(context);

    private async ValueTask RunInScopeAsync(MessageContext context)
    {
        using (_logger.BeginScope(new RecordScope(context)))
        {
            await _next(context);
        }
    }
}
