using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>How many workers a group has: what an operator says, else the configuration, else the function or the number in code.</summary>
internal sealed class WorkerCount
{
    private const int Most = 10_000;

    private readonly GroupModel _group;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly RecordConsumer _consumer;
    private readonly int _otherwise;
    private readonly Action _changed;
    private int? _operator;
    private int? _configured;
    private string? _lastFailure;

    public WorkerCount(GroupModel group, RecordConsumer consumer, int? configured, int otherwise, ILogger logger, Action changed)
    {
        (_group, _consumer, _configured, _otherwise, _logger, _changed) = (group, consumer, configured, otherwise, logger, changed);
        Adjust(null);
    }

    /// <summary>What an operator says; <see langword="null"/> leaves it to the rest.</summary>
    public void Choose(int? count)
    {
        lock (_gate)
        {
            _operator = count;
        }

        Adjust(null);
    }

    public void Configure(int? count)
    {
        lock (_gate)
        {
            _configured = count;
        }

        Adjust(null);
    }

    /// <summary>Sees to it that the consumer has as many as it is to have; the load is for the function, which is left out without one.</summary>
    public void Adjust(WorkerLoad? load)
    {
        lock (_gate)
        {
            var count = _operator ?? _configured ?? (_group.WorkersBy is { } by ? (load is null ? null : Ask(by, load)) ?? _consumer.Workers : _otherwise);
            if (count != _consumer.Workers)
            {
                HostingLog.WorkersChanged(_logger, _group.Name, _consumer.Workers, count);
                _consumer.Workers = count;
                _changed();
            }
        }
    }

    private int? Ask(Func<WorkerLoad, int> by, WorkerLoad load)
    {
        try
        {
            var count = Math.Clamp(by(load), 1, Most);
            _lastFailure = null;
            return count;
        }
        catch (Exception error)
        {
            if (_lastFailure != error.Message)
            {
                _lastFailure = error.Message;
                HostingLog.WorkersUnknown(_logger, error, _group.Name, _consumer.Workers);
            }

            return null;
        }
    }
}
