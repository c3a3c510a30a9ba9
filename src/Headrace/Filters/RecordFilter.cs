namespace Headrace;

/// <summary>
/// A step around a record, before its message is read: it may replace the value, for example by what it was before it was compressed or encrypted. Not calling
/// <paramref name="next"/> settles the record unhandled; an exception, its own or one that comes from <paramref name="next"/>, fails it. Before records of a batch
/// handler each record passes on its own, and <paramref name="next"/> completes when its message is read.
/// </summary>
public delegate ValueTask RecordFilter(RecordContext context, RecordStep next);
