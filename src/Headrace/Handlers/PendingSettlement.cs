namespace Headrace;

/// <summary>
/// A record that whoever has this object settles or fails, exactly once and from any thread; made by <see cref="MessageContext.SettleLater"/>. Until
/// then its worker stays occupied and its key waits.
/// </summary>
public sealed class PendingSettlement
{
    private const int Open = 0;
    private const int Given = 1;
    private const int Closed = 2;

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Open until either the owner gives the settlement or nobody waits for it any more; whoever is first decides.
    private int _state;

    internal PendingSettlement(RecordPosition position) => Position = position;

    /// <summary>Which record it is.</summary>
    public RecordPosition Position { get; }

    /// <summary>The record is handled: its offset may be committed.</summary>
    /// <returns><see langword="false"/> when nobody waits for it any more: its handler threw after all, or the partition was given up and the record is its next owner's.</returns>
    /// <exception cref="InvalidOperationException">The settlement was given before.</exception>
    public bool Settle()
    {
        var isFirst = Give();
        _settled.TrySetResult();
        return isFirst;
    }

    /// <summary>The record could not be handled: its failure policy decides, as if its handler had thrown.</summary>
    /// <returns>As for <see cref="Settle"/>.</returns>
    /// <exception cref="InvalidOperationException">The settlement was given before.</exception>
    public bool Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var isFirst = Give();
        _settled.TrySetException(error);
        return isFirst;
    }

    /// <summary>Nobody waits any more: what is given later changes nothing.</summary>
    internal bool TryClose() => Interlocked.CompareExchange(ref _state, Closed, Open) == Open;

    /// <summary>Waits until the settlement is given; throws what it failed with, or that the record was given up.</summary>
    internal async Task WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await _settled.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (!_settled.Task.IsCompleted)
        {
            if (!TryClose() && Volatile.Read(ref _state) == Given)
            {
                await _settled.Task;
                return;
            }

            throw;
        }
    }

    private bool Give() => Interlocked.CompareExchange(ref _state, Given, Open) switch
    {
        Open => true,
        Closed => false,
        _ => throw new InvalidOperationException(
            $"{Position} was settled or failed before. A settlement is given once: afterwards the record may be committed or on its way to be tried again. Call Settle or Fail in one place."),
    };
}
