using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>The lines of the category <c>Headrace.Producing</c> that are about filters.</summary>
internal static partial class FilterLog
{
    public const string Category = "Headrace.Producing";

    [LoggerMessage(EventIds.FilteredUnheard, LogLevel.Error, "A record that was produced without a callback is not acknowledged. {Failure}")]
    public static partial void Unheard(ILogger logger, string failure);

    [LoggerMessage(EventIds.FilteredCallbackThrew, LogLevel.Error, "A delivery callback threw. Its record was reported; the callback must not throw")]
    public static partial void CallbackThrew(ILogger logger, Exception error);
}
