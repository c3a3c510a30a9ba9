using Microsoft.Extensions.Logging;

namespace Headrace.Formats;

/// <summary>The lines of the category <c>Headrace.Schemas</c>.</summary>
internal static partial class FormatLog
{
    [LoggerMessage(5001, LogLevel.Warning, "The schema of what is produced to {Topic} is not looked up yet: {Reason} Producing fails until it is.")]
    public static partial void RegistryAway(ILogger logger, string topic, string reason);
}
