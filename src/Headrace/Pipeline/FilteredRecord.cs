using Headrace.Failures;

namespace Headrace.Pipeline;

/// <summary>
/// A record inside the filters of records: a failure goes out through them as an exception, and only outside it is decided what becomes of the record.
/// </summary>
internal sealed class FilteredRecord
{
    private readonly RecordContext _context;
    private FailureSubject? _subject;
    private Settlement _settlement = Settlement.Settled;

    /// <param name="group">The group's name.</param>
    /// <param name="record">The record.</param>
    /// <param name="handle">What comes after the filters.</param>
    public FilteredRecord(string group, Record record, Func<Record, ValueTask<Settlement>> handle) =>
        _context = new(group, record, async () => _settlement = await handle(record));

    /// <summary>What a failure is called; <see langword="null"/> when a filter threw by itself.</summary>
    public FailureSubject? Subject => _subject;

    /// <summary>Runs the filters and what comes after them.</summary>
    public async ValueTask<Settlement> RunAsync(Record record, RecordStep filters)
    {
        record.Around = this;
        try
        {
            await filters(_context);
            return _settlement;
        }
        finally
        {
            record.Around = null;
            _context.End();
        }
    }

    public ValueTask<Settlement> Throw(FailureSubject subject, Exception error)
    {
        _subject = subject;
        return ValueTask.FromException<Settlement>(error);
    }
}
