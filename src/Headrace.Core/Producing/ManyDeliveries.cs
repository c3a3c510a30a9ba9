namespace Headrace.Producing;

/// <summary>What becomes of the records of one batch: completes when all have ended, with their positions, or the failure of the first that failed.</summary>
/// <param name="count">How many records.</param>
/// <param name="watch">Who is told of the batch as of one record.</param>
internal sealed class ManyDeliveries(int count, IDeliveryWatch? watch) : IDeliveryWatch
{
    private readonly TaskCompletionSource<IReadOnlyList<RecordPosition>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordPosition[] _positions = new RecordPosition[count];
    private readonly IDeliveryWatch? _watch = watch is not null && watch.TryBegin() ? watch : null;
    private readonly Lock _lock = new();
    private ProduceException? _failure;
    private int _failedAt = int.MaxValue;
    private int _left = count;

    public Task<IReadOnlyList<RecordPosition>> Task => _done.Task;

    public bool TryBegin() => true;

    public void Delivered(int index, RecordPosition position, ProduceException? failure)
    {
        _positions[index] = position;
        if (failure is not null)
        {
            lock (_lock)
            {
                (_failure, _failedAt) = index < _failedAt ? (failure, index) : (_failure, _failedAt);
            }
        }

        if (Interlocked.Decrement(ref _left) == 0)
        {
            _watch?.Delivered(0, position, _failure);
            _ = _failure is null ? _done.TrySetResult(_positions) : _done.TrySetException(_failure);
        }
    }
}
