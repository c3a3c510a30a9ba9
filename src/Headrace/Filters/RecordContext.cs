namespace Headrace;

/// <summary>A record on its way to its message, for filters of records (<c>UseRaw</c>). Valid until the filter has completed.</summary>
public sealed class RecordContext
{
    private readonly Func<ValueTask> _rest;
    private Record? _record;

    internal RecordContext(string group, Record record, Func<ValueTask> rest) => (Group, _record, _rest) = (group, record, rest);

    /// <summary>The group that handles the record.</summary>
    public string Group { get; }

    /// <summary>The record, with the value that was put in its place last.</summary>
    /// <exception cref="InvalidOperationException">The filter has completed: the record's bytes are not there any more.</exception>
    public Record Record => _record ?? throw new InvalidOperationException(
        "The record was used after its filter had completed, when its memory is another record's. Copy what you need while the filter runs.");

    /// <summary>Fires when the partition is lost or the shutdown deadline passes.</summary>
    public CancellationToken Cancellation => Record.Cancellation;

    /// <summary>
    /// Puts other bytes in the value's place, for the filters that follow and the message; <see langword="null"/> makes it a tombstone. They must not change until the
    /// filter has completed. A dead letter has the value that came from Kafka.
    /// </summary>
    public void ReplaceValue(ReadOnlyMemory<byte>? value) => Record.ReplaceValue(value);

    internal ValueTask ContinueAsync() => _rest();

    internal void End()
    {
        _record?.RestoreValue();
        _record = null;
    }
}
