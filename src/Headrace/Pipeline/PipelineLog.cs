using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Pipeline;

/// <summary>The lines of the category <c>Headrace.Consuming</c> that are about handlers.</summary>
internal static partial class PipelineLog
{
    public const string Category = "Headrace.Consuming";

    [LoggerMessage(
        EventIds.UnknownTypeSkipped, LogLevel.Warning,
        "{Group} skips records of the type '{Type}', the first of them {Position}: it maps {Mapped} there. "
        + "Map the type, or say Ignore(\"{Type}\"); WithUnknownTypes(UnknownTypes.DeadLetter) keeps such records. Further ones are only counted.")]
    public static partial void UnknownTypeSkipped(ILogger logger, string group, string type, RecordPosition position, string mapped);

    [LoggerMessage(
        EventIds.TombstoneSkipped, LogLevel.Warning,
        "{Group} skips tombstones, the first of them {Position}: nothing is mapped for them there. Map OnTombstone. Further ones are only counted.")]
    public static partial void TombstoneSkipped(ILogger logger, string group, RecordPosition position);
}
