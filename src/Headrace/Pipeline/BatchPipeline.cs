using Headrace.Failures;

namespace Headrace.Pipeline;

/// <summary>Takes batches of records through filters to their handler, and says what became of each record.</summary>
internal sealed class BatchPipeline
{
    private readonly string _group;
    private readonly IServiceProvider _services;
    private readonly Func<Record, TopicRoutes> _routesOf;
    private readonly GroupFailures _failures;
    private readonly GroupCounters _counters;
    private readonly ContextPool _contexts;

    // What becomes of a record that no batch handler takes, or whose dead letter is still to be written.
    private readonly RecordDelegate _handleAlone;

    public BatchPipeline(string group, IServiceProvider services, Func<Record, TopicRoutes> routesOf, GroupFailures failures, GroupCounters counters, ContextPool contexts, RecordDelegate handleAlone) =>
        (_group, _services, _routesOf, _failures, _counters, _contexts, _handleAlone) = (group, services, routesOf, failures, counters, contexts, handleAlone);

    /// <summary>The <see cref="RecordBatchDelegate"/>.</summary>
    public async ValueTask HandleAsync(RecordBatch batch)
    {
        var (others, taken) = (new List<Task>(), new Taken());
        for (var i = 0; i < batch.Count; i++)
        {
            if (_routesOf(batch[i]).Filtered is { } filters && batch[i].State is not FailureState { IsOver: true })
            {
                await TakeFilteredAsync(batch, i, filters, taken, others);
            }
            else
            {
                Take(batch, i, taken, others);
            }
        }

        if (taken.Route is { } route)
        {
            await RunAsync(batch, taken, route, others);
        }

        await Task.WhenAll(others);
    }

    // Reads the messages of records that the handler takes; the others go their own ways at once.
    private void Take(RecordBatch batch, int index, Taken taken, List<Task> others)
    {
        var record = batch[index];
        var topic = _routesOf(record);
        var subject = topic.Unhandled;
        try
        {
            var route = record.State is FailureState { IsOver: true } ? null : topic.Choose(record).Route;
            if (route is { CreateBatch: not null, Read: { } read })
            {
                subject = route.Subject;
                taken.Add(index, record, read(record), route);
            }
            else
            {
                others.Add(SettleAsync(batch, index, () => _handleAlone(record)));
            }
        }
        catch (Exception error)
        {
            others.Add(SettleAsync(batch, index, () => _failures.FailedAsync(record, subject, error)));
        }
    }

    // Each record passes its filters on its own; behind them its message is read. One that no batch handler takes passes them again, around its own handler.
    private async Task TakeFilteredAsync(RecordBatch batch, int index, RecordStep filters, Taken taken, List<Task> others)
    {
        var (record, isTaken, isReached) = (batch[index], false, false);
        var topic = _routesOf(record);
        var subject = topic.Unhandled;
        try
        {
            await new FilteredRecord(_group, record, Read).RunAsync(record, filters);
            if (!isTaken)
            {
                others.Add(SettleAsync(batch, index, () => isReached ? _handleAlone(record) : new(Settlement.Settled)));
            }
        }
        catch (Exception error)
        {
            if (isTaken)
            {
                taken.RemoveLast();
            }

            others.Add(SettleAsync(batch, index, () => _failures.FailedAsync(record, subject, error)));
        }

        ValueTask<Settlement> Read(Record unchanged)
        {
            isReached = true;
            if (topic.Choose(unchanged).Route is { CreateBatch: not null, Read: { } read } route)
            {
                subject = route.Subject;
                taken.Add(index, unchanged, read(unchanged), route);
                isTaken = true;
            }

            return new(Settlement.Settled);
        }
    }

    private async Task RunAsync(RecordBatch batch, Taken taken, HandlerRoute route, List<Task> others)
    {
        var failures = new Exception?[taken.Records.Count];
        var whole = await RunAsync(batch, taken, route, failures);
        var delay = whole is null || failures.Length == 1 ? default : _failures.FailedTogether(taken.Records, route.Subject, whole);
        for (var i = 0; i < failures.Length; i++)
        {
            var record = taken.Records[i];
            if ((failures[i] ?? (failures.Length == 1 ? whole : null)) is { } error)
            {
                others.Add(SettleAsync(batch, taken.Indexes[i], () => _failures.FailedAsync(record, route.Subject, error)));
            }
            else if (whole is not null)
            {
                others.Add(SettleAsync(batch, taken.Indexes[i], () => new(GroupFailures.TryAlone(record, whole, delay))));
            }
            else
            {
                _counters.AddHandled();
            }
        }
    }

    // Says what the handler threw.
    private async Task<Exception?> RunAsync(RecordBatch batch, Taken taken, HandlerRoute route, Exception?[] failures)
    {
        var context = _contexts.Rent();
        try
        {
            context.Begin(taken.Records[0], _group, route.Subject.Handler, AttemptOf(taken.Records[0], route), _services);
            context.BeginBatch(route.CreateBatch!(taken.Records, taken.Messages, failures), batch.Cancellation);
            try
            {
                await route.Run(context);
                await context.WhenSettledAsync();
            }
            finally
            {
                await context.CloseScopeAsync();
            }

            return null;
        }
        catch (Exception error)
        {
            context.CloseSettlement();
            return error;
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    private int AttemptOf(Record record, HandlerRoute route) => ((record.State as FailureState)?.Attempts ?? _failures.AttemptsOf(record, route.Subject)) + 1;

    private static async Task SettleAsync(RecordBatch batch, int index, Func<ValueTask<Settlement>> settle)
    {
        try
        {
            batch.Settle(index, await settle());
        }
        catch (Exception failure)
        {
            batch.Fail(index, failure);
        }
    }

    /// <summary>The part of a batch that its handler gets.</summary>
    private sealed class Taken
    {
        public HandlerRoute? Route { get; private set; }

        public List<int> Indexes { get; } = [];

        public List<Record> Records { get; } = [];

        public List<object> Messages { get; } = [];

        public void RemoveLast()
        {
            Indexes.RemoveAt(Indexes.Count - 1);
            Records.RemoveAt(Records.Count - 1);
            Messages.RemoveAt(Messages.Count - 1);
            Route = Records.Count == 0 ? null : Route;
        }

        public void Add(int index, Record record, object message, HandlerRoute route)
        {
            Route ??= route;
            Indexes.Add(index);
            Records.Add(record);
            Messages.Add(message);
        }
    }
}
