namespace Headrace.Handlers;

/// <summary>What a handler is for.</summary>
internal enum HandlerKind
{
    /// <summary>Messages of one type: the first parameter.</summary>
    Message,

    /// <summary>Tombstones: there is no message.</summary>
    Tombstone,

    /// <summary>Batches of messages of one type: the first parameter is the <see cref="RecordBatch{TMessage}"/>.</summary>
    Batch,

    /// <summary>Raw records: the first parameter is the <see cref="Record"/>.</summary>
    Record,
}
