namespace Headrace.Filters;

/// <summary>The way of a message to Kafka where an application has filters: those of messages, the bytes, those of records, the client. Compiled once.</summary>
internal sealed class ProduceSteps
{
    private readonly ProduceStep _first;

    public ProduceSteps(IReadOnlyList<ProduceFilter> ofMessages, IReadOnlyList<ProduceFilter> ofRecords)
    {
        IsEmpty = ofMessages.Count + ofRecords.Count == 0;
        var records = Around(ofRecords, static context => context.SendAsync());
        _first = Around(ofMessages, context =>
        {
            context.Write();
            return records(context);
        });
    }

    public bool IsEmpty { get; }

    public ValueTask<RecordPosition> RunAsync(ProduceContext context) => _first(context);

    private static ProduceStep Around(IReadOnlyList<ProduceFilter> filters, ProduceStep inner) =>
        filters.Reverse().Aggregate(inner, static (next, filter) => context => filter(context, next));
}
