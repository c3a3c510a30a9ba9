using Microsoft.Extensions.Logging;

namespace Headrace.Handlers;

/// <summary>The lines of the category <c>Headrace.Throttling</c>.</summary>
internal static partial class ThrottleLog
{
    [LoggerMessage(5001, LogLevel.Information, "Every message is held back for {Delay} from now on")]
    public static partial void Throttles(this ILogger logger, TimeSpan delay);

    [LoggerMessage(5002, LogLevel.Warning, "The function that says how long messages are held back threw: {Delay} holds on")]
    public static partial void ThrottleUnknown(this ILogger logger, Exception failure, TimeSpan delay);
}
