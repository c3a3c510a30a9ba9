using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Groups;

/// <summary>What a developer reads when a test hangs: one line for each change of a group's state.</summary>
internal static partial class GroupLog
{
    [LoggerMessage(1, LogLevel.Information, "Group {Group}: {Before} -> {After}, generation {Generation}, {Members} members ({Statics} static): {Reason}")]
    public static partial void StateChanged(
        ILogger logger, string group, GroupState before, GroupState after, int generation, int members, int statics, string reason);

    [LoggerMessage(2, LogLevel.Information, "Group {Group} is deleted.")]
    public static partial void Deleted(ILogger logger, string group);

    [LoggerMessage(4, LogLevel.Information, "Group {Group}: epoch {Epoch}, {Members} members: {Reason}")]
    public static partial void EpochRaised(ILogger logger, string group, int epoch, int members, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Group {Group}: no member came back in time for generation {Generation}; the round stays open until their sessions end.")]
    public static partial void NobodyRejoined(ILogger logger, string group, int generation);
}
