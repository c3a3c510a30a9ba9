using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ListTransactions: v0-1, flexible. Filters narrow; an empty one lets all through.
//   1  only those that have been open for longer than this

internal sealed class ListTransactionsRequest : IWireMessage
{
    public List<string> States = [];
    public List<long> ProducerIds = [];
    public long DurationMs = -1;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.StringArray(ref States);
        wire.Int64Array(ref ProducerIds);
        if (version >= 1)
        {
            wire.Int64(ref DurationMs);
        }

        wire.Tags();
    }
}

internal sealed class ListTransactionsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public List<string> UnknownStates = [];
    public List<State> States = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Error(ref Error);
        wire.StringArray(ref UnknownStates);
        wire.Array(ref States, version);
        wire.Tags();
    }

    internal sealed class State : IWireMessage
    {
        public string TransactionalId = string.Empty;
        public long ProducerId;
        public string Name = string.Empty;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref TransactionalId);
            wire.Int64(ref ProducerId);
            wire.String(ref Name);
            wire.Tags();
        }
    }
}

internal sealed class ListTransactionsHandler()
    : RequestHandler<ListTransactionsRequest, ListTransactionsResponse>(KafkaApi.ListTransactions, minVersion: 0, maxVersion: 1, firstFlexible: 0)
{
    // States that Kafka has and that do not occur here are known all the same.
    private static readonly string[] KnownStates = [.. Enum.GetNames<TransactionState>(), "PrepareEpochFence", "Dead"];

    protected override ValueTask<ListTransactionsResponse?> HandleAsync(RequestContext context, ListTransactionsRequest request)
    {
        var unknown = request.States.Except(KnownStates).ToList();
        var isHopeless = request.States.Count > 0 && unknown.Count == request.States.Count;
        return new(new ListTransactionsResponse
        {
            UnknownStates = unknown,
            States = isHopeless ? [] : [.. context.Broker.Transactions.List().Where(transaction => IsWanted(transaction, request, context.Broker.Time)).Select(State)],
        });
    }

    private static bool IsWanted(Transaction transaction, ListTransactionsRequest request, TimeProvider time) =>
        (request.States.Count == 0 || request.States.Contains(transaction.State.ToString()))
        && (request.ProducerIds.Count == 0 || request.ProducerIds.Contains(transaction.Producer.Id))
        && (request.DurationMs < 0 || (transaction.StartedAt is { } start && (time.GetUtcNow() - start).TotalMilliseconds > request.DurationMs));

    private static ListTransactionsResponse.State State(Transaction transaction) => new()
    {
        TransactionalId = transaction.Id,
        ProducerId = transaction.Producer.Id,
        Name = transaction.State.ToString(),
    };
}
