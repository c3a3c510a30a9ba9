namespace Headrace;

/// <summary>The rest of a record's way: later filters of records, then the message, its filters and its handler.</summary>
public delegate ValueTask RecordStep(RecordContext context);
