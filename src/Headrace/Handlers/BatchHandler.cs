namespace Headrace.Handlers;

/// <summary>A class that handles batches of messages of one type.</summary>
internal sealed class BatchHandler<TMessage, THandler> : IHandlerSource
    where THandler : class, IHandler<RecordBatch<TMessage>>
{
    private readonly ClassHandler<RecordBatch<TMessage>, THandler> _handler = new();

    public string Name => _handler.Name;

    public Type MessageType => typeof(TMessage);

    public Type? ResultType => null;

    public IEnumerable<string> FaultsOf(HandlerServices services) => _handler.FaultsOf(services);

    public MessageDelegate Bind(HandlerServices services) => _handler.Bind(services);
}
