using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Groups;

/// <summary>What all groups of one coordinator share. <see cref="Coordinator"/> is the one lock under which groups and offsets change.</summary>
internal sealed record GroupContext(Lock Coordinator, TimeProvider Time, GroupSettings Settings, ILogger Logger)
{
    public Deadline NewDeadline(Action elapsed) => new(Coordinator, Time, elapsed);
}
