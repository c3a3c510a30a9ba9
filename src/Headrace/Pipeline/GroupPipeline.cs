using Headrace.Failures;
using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Pipeline;

/// <summary>Takes the records of one group from its workers through filters to their handlers, and says what became of them.</summary>
internal sealed class GroupPipeline : IDisposable
{
    private const string Tombstones = "(tombstone)";
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly string _group;
    private readonly IServiceProvider _services;
    private readonly GroupRoutes _routes;
    private readonly GroupFailures _failures;
    private readonly ContextPool _contexts = new();
    private readonly BatchPipeline _batches;
    private readonly ThreadLocal<WorkerShare> _shares;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<string, OwnTopic?> _findOwnTopic;

    /// <summary>Compiles the pipeline. An exception is a startup fault.</summary>
    public GroupPipeline(GroupModel group, GroupSurroundings surroundings)
    {
        _group = group.Name;
        (_services, _time, _findOwnTopic) = (surroundings.Services, surroundings.Time, surroundings.FindOwnTopic);
        _routes = new(group, new(surroundings));
        _failures = new(group.Name, group.OrderKept, surroundings, Counters);
        _batches = new(_group, _services, RoutesOf, _failures, Counters, _contexts, HandleAsync);
        _shares = new(() => new(Counters.OpenTally()));
        _logger = surroundings.Loggers.CreateLogger(PipelineLog.Category);
    }

    public GroupCounters Counters { get; } = new();

    /// <summary>The group's <see cref="RecordDelegate"/>.</summary>
    public ValueTask<Settlement> HandleAsync(Record record)
    {
        if (_failures.Order is not { } order)
        {
            return record.IsCopy && OrderKeeping.IsOnlyAbout(record) ? new(Settlement.Settled) : HandleNowAsync(record);
        }

        var handling = record.State is not FailureState { IsOver: true } && order.Stops(record, out var instead) ? instead : HandleNowAsync(record);
        return record.IsCopy ? order.ConcludeAsync(record, handling) : handling;
    }

    private ValueTask<Settlement> HandleNowAsync(Record record)
    {
        var failed = record.State as FailureState;
        if (failed is { IsOver: true })
        {
            return _failures.ResumeAsync(record, failed);
        }

        var topic = RoutesOf(record);
        if (topic.Filtered is { } filters && record.Around is null)
        {
            return HandleFilteredAsync(record, topic, filters);
        }

        RouteChoice choice;
        try
        {
            choice = topic.Choose(record);
        }
        catch (Exception error)
        {
            return NotReadAsync(record, topic.Unhandled, error);
        }

        return choice.Route is { } route
            ? ReadAndRunAsync(record, topic, route, failed?.Attempts ?? _failures.AttemptsOf(record, route.Subject))
            : UnhandledAsync(record, topic, choice);
    }

    /// <summary>The <see cref="RecordBatchDelegate"/> of the group's topics that are handled in batches.</summary>
    public ValueTask HandleAsync(RecordBatch batch) => _batches.HandleAsync(batch);

    /// <summary>How the records of a topic are put together; <see langword="null"/> when they are handled one by one.</summary>
    public BatchLimits? BatchOf(string topic) => _routes.Of(_findOwnTopic(topic)?.Origin ?? topic).Batch;

    /// <summary>Logs what was still to be summed up.</summary>
    public void Dispose()
    {
        _failures.Dispose();
        _shares.Dispose();
    }

    private TopicRoutes RoutesOf(Record record) => _routes.Of(record.IsCopy ? _findOwnTopic(record.Topic)!.Origin : record.Topic);

    // A handler sees a copy as the record that it was first.
    private void BeginCopy(MessageContext context, Record record, FailureSubject subject)
    {
        var origin = _failures.OriginOf(record, subject);
        context.BeginCopy(origin.Position, origin.Timestamp, origin.Headers);
    }

    // Failures come out through the filters, which see them, and are dealt with here.
    private async ValueTask<Settlement> HandleFilteredAsync(Record record, TopicRoutes topic, RecordStep filters)
    {
        var filtered = new FilteredRecord(_group, record, HandleNowAsync);
        try
        {
            return await filtered.RunAsync(record, filters);
        }
        catch (Exception error) when (error is not GroupStoppedException)
        {
            return await _failures.FailedAsync(record, filtered.Subject ?? topic.Unhandled, error);
        }
    }

    private ValueTask<Settlement> FailedAsync(Record record, FailureSubject subject, Exception error) =>
        record.Around is FilteredRecord filtered ? filtered.Throw(subject, error) : _failures.FailedAsync(record, subject, error);

    private ValueTask<Settlement> ReadAndRunAsync(Record record, TopicRoutes topic, HandlerRoute route, int failures)
    {
        object? message = null;
        if (route.Read is { } read)
        {
            try
            {
                message = read(record);
            }
            catch (Exception error)
            {
                return NotReadAsync(record, route.Subject, error);
            }

            route = topic.Nearest(route, message);
        }

        return RunAsync(record, route, message, failures);
    }

    private ValueTask<Settlement> NotReadAsync(Record record, FailureSubject subject, Exception error) =>
        record.State is null && error is FormatUnavailableException { Arrival: { } arrival }
            ? AwaitArrivalAsync(record, subject, error, arrival)
            : FailedAsync(record, subject, error);

    // A schema that is merely not known yet is here in a moment: no failure, no delay. Longer than a moment, and the worker is needed elsewhere.
    private async ValueTask<Settlement> AwaitArrivalAsync(Record record, FailureSubject subject, Exception error, Task arrival)
    {
        await arrival.WaitAsync(Moment, _time, record.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await (arrival.IsCompleted ? HandleNowAsync(record) : FailedAsync(record, subject, error));
    }

    private ValueTask<Settlement> RunAsync(Record record, HandlerRoute route, object? message, int failures)
    {
        var mine = _shares.Value!;
        var context = mine.TakeSpare() ?? _contexts.Rent();
        context.Begin(record, _group, route.Subject.Handler, failures + 1, _services);
        if (record.IsCopy)
        {
            BeginCopy(context, record, route.Subject);
        }

        context.Message = message;
        ValueTask running;
        try
        {
            running = route.Run(context);
        }
        catch (Exception error)
        {
            running = ValueTask.FromException(error);
        }

        if (!running.IsCompletedSuccessfully || context.IsOpen)
        {
            return FinishAsync(record, route, context, running);
        }

        running.GetAwaiter().GetResult();
        mine.Return(context);
        mine.Handled.Add();
        return new(Settlement.Settled);
    }

    // What a handler threw is taken, not thrown again: that costs as much as handling a dozen records, and puts our methods into its stack.
    private async ValueTask<Settlement> FinishAsync(Record record, HandlerRoute route, MessageContext context, ValueTask running)
    {
        var (handling, thrown) = (running.AsTask(), (Exception?)null);
        try
        {
            await handling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            thrown = handling.Exception?.InnerException;
            if (thrown is null)
            {
                // Throws when it was cancelled.
                await handling;
                await context.WhenSettledAsync();
            }
        }
        catch (Exception error)
        {
            thrown = error;
        }

        try
        {
            await context.CloseScopeAsync();
        }
        catch (Exception error)
        {
            thrown = error;
        }

        if (thrown is null)
        {
            _contexts.Return(context);
            Counters.AddHandled();
            return Settlement.Settled;
        }

        context.CloseSettlement();
        _contexts.Return(context);
        return await FailedAsync(record, route.Subject, thrown);
    }

    private ValueTask<Settlement> UnhandledAsync(Record record, TopicRoutes topic, RouteChoice choice)
    {
        if (choice.Type is null)
        {
            var known = string.Join(", ", topic.KnownTypes);
            return FailedAsync(record, topic.Unhandled, new MessageTypeException(
                $"The record does not say its message type, and several are mapped ({known}). Let its producer write the header 'headrace-type' or 'ce_type', or map ResolveType."));
        }

        if (choice.IsIgnored)
        {
            return new(Settlement.Settled);
        }

        return topic.UnknownTypes switch
        {
            UnknownTypes.DeadLetter => FailedAsync(record, topic.Unhandled, new MessageTypeException($"Nothing is mapped for {What(choice)}.")),
            UnknownTypes.Stop => throw new GroupStoppedException(
                $"Group '{_group}' stopped at {record.Position}: nothing is mapped for {What(choice)}, and its policy for unknown types says stop. "
                + "The record is unsettled and comes first after a restart. Map the type or ignore it.",
                record.Position),
            _ => new(Skip(record, topic, choice)),
        };
    }

    private Settlement Skip(Record record, TopicRoutes topic, RouteChoice choice)
    {
        var isTombstone = choice.Type!.Length == 0;
        if (Counters.AddSkipped(isTombstone ? Tombstones : choice.Type))
        {
            if (isTombstone)
            {
                PipelineLog.TombstoneSkipped(_logger, _group, record.Position);
            }
            else
            {
                PipelineLog.UnknownTypeSkipped(_logger, _group, choice.Type, record.Position, string.Join(", ", topic.KnownTypes));
            }
        }

        return Settlement.Settled;
    }

    private static string What(RouteChoice choice) => choice.Type!.Length == 0 ? "tombstones" : $"the message type '{choice.Type}'";
}
