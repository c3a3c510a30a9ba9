using Headrace.Clients;
using Headrace.Clients.Native;
using Headrace.Producing;
using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>
/// Produces records in transactions: those who read committed records (<c>isolation.level=read_committed</c>, the client library's default) see all of one, or
/// nothing. One transaction at a time. Safe for many threads.
/// </summary>
public sealed class TransactionalProducer : IAsyncDisposable
{
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly RecordProducer _producer;
    private readonly SemaphoreSlim _turn = new(1);
    private ProducerSession? _ready;
    private ProducerSession? _spoilt;

    /// <summary>A producer; it connects in the background, Kafka need not be there yet.</summary>
    /// <param name="transactionalId">
    /// Kafka's <c>transactional.id</c>. A new producer with the id of another fences that one and aborts its transaction: keep it over restarts, and never use one
    /// twice at once. The principal needs Write and Describe on it.
    /// </param>
    /// <param name="clientSettings">Settings of the client library, verbatim, over our defaults; docs/settings.md lists them.</param>
    /// <param name="loggers">Where it logs: category <c>Headrace.Producing</c>.</param>
    /// <param name="events">What the client asks for and tells. Default: nothing.</param>
    /// <exception cref="ClientSettingsException">The settings cannot be used; it names every fault.</exception>
    public TransactionalProducer(string transactionalId, IReadOnlyDictionary<string, string> clientSettings, ILoggerFactory loggers, ClientEvents? events = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(transactionalId);
        TransactionalId = transactionalId;
        var settings = ClientSettings.For(ClientRole.TransactionalProducer, clientSettings, events).WithDefault("transactional.id", transactionalId);
        _producer = new(settings, loggers, $"the transactional producer {transactionalId}", events);
    }

    /// <summary>Kafka's <c>transactional.id</c>.</summary>
    public string TransactionalId { get; }

    /// <summary>Whether the cluster answers.</summary>
    public bool IsConnected => _producer.IsConnected;

    /// <summary>The newest error of the connection that is not yet over; <see langword="null"/> when there is none.</summary>
    public string? LastError => _producer.LastError;

    internal RecordProducer Records => _producer;

    /// <summary>
    /// Begins a transaction, when the one before has ended; the first also ends what an earlier producer with this id left open. Disposing the transaction aborts it,
    /// unless it was committed. It must end within <c>transaction.timeout.ms</c> (15 s unless set): then the broker aborts it.
    /// </summary>
    /// <exception cref="TransactionException">The producer is fenced, may not use the id, or cannot begin.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, for example because Kafka does not answer.</exception>
    public async Task<ProducerTransaction> BeginAsync(CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                var session = await ReadyAsync(cancellation);
                var error = await CallAsync(session, static handle => handle.BeginTransaction(), CancellationToken.None);
                if (error.IsNone)
                {
                    return new(this, session);
                }

                if (!error.IsFatal || TransactionFaults.IsFenced(error))
                {
                    throw TransactionFaults.Of(TransactionalId, "begun", error);
                }

                // It ended in this moment. Another takes over, unless it was fenced.
                await Task.Delay(Pause, TimeProvider.System, cancellation);
            }
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    /// <summary>Ends what an earlier producer with this id left open, before the first transaction does. Throws what <see cref="BeginAsync"/> would.</summary>
    internal async Task PrepareAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await ReadyAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes, at most 10 s. A transaction that is open is aborted by the broker.</summary>
    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    /// <summary>
    /// A batch that the broker refused leaves a gap in the sequence of its partition, and the client library (2.14.2) goes on behind it: the first record of the
    /// next transaction would be refused too. A new native producer has a new epoch.
    /// </summary>
    internal void Spoil(ProducerSession session)
    {
        _spoilt = session;
        _producer.Retire(session);
    }

    internal void EndTurn() => _turn.Release();

    /// <summary>Calls the native producer on a thread of the pool, for such calls wait; again while the library says that this may help.</summary>
    internal static Task<NativeError> CallAsync(ProducerSession session, Func<ProducerHandle, NativeError> call, CancellationToken cancellation = default) => Task.Run(
        () =>
        {
            try
            {
                while (true)
                {
                    var error = call(session.Handle);
                    if (!error.IsRetriable || cancellation.WaitHandle.WaitOne(Pause))
                    {
                        return error;
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                return new(ErrorCode.Fatal, "the producer has ended", IsFatal: true);
            }
        },
        CancellationToken.None);

    private async Task<ProducerSession> ReadyAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_producer.Fatal is { IsNone: false } fenced)
            {
                throw TransactionFaults.Of(TransactionalId, "begun", fenced);
            }

            if (_producer.Session is { } session && session != _spoilt)
            {
                if (session == _ready)
                {
                    return session;
                }

                var error = await CallAsync(session, static handle => handle.InitTransactions(CallTime), cancellation);
                if (error.IsNone)
                {
                    _ready = session;
                    return session;
                }

                cancellation.ThrowIfCancellationRequested();
                if (!error.IsFatal || TransactionFaults.IsFenced(error))
                {
                    throw TransactionFaults.Of(TransactionalId, "begun", error);
                }
            }

            // A native producer that failed for good is being replaced.
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }
}
