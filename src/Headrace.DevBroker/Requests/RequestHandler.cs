using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

/// <summary>Serves one API key in a range of versions.</summary>
internal abstract class RequestHandler
{
    private protected RequestHandler(KafkaApi key, short minVersion, short maxVersion, short firstFlexible)
    {
        Key = key;
        MinVersion = minVersion;
        MaxVersion = maxVersion;
        FirstFlexible = firstFlexible;
    }

    public KafkaApi Key { get; }

    /// <summary>The key's name, as metrics show it.</summary>
    public string Name => field ??= Key.ToString();

    /// <summary>The lowest version that is advertised.</summary>
    public short MinVersion { get; }

    public short MaxVersion { get; }

    /// <summary>The lowest version with compact lengths and tags; above <see cref="MaxVersion"/> when there is none.</summary>
    public short FirstFlexible { get; }

    /// <summary>The lowest version that is served. Below it, down to <see cref="MinVersion"/>, versions are only declared.</summary>
    public virtual short FirstServed => MinVersion;

    public bool IsFlexible(int version) => version >= FirstFlexible;

    public abstract IWireMessage NewRequest();

    public abstract IWireMessage NewResponse();

    /// <summary>Null: send nothing.</summary>
    public abstract ValueTask<IWireMessage?> InvokeAsync(RequestContext context, IWireMessage request);
}

/// <summary>The same, with the message types. <c>null</c> as a response sends nothing.</summary>
internal abstract class RequestHandler<TRequest, TResponse>(KafkaApi key, short minVersion, short maxVersion, short firstFlexible)
    : RequestHandler(key, minVersion, maxVersion, firstFlexible)
    where TRequest : class, IWireMessage, new()
    where TResponse : class, IWireMessage, new()
{
    public sealed override IWireMessage NewRequest() => new TRequest();

    public sealed override IWireMessage NewResponse() => new TResponse();

    public sealed override ValueTask<IWireMessage?> InvokeAsync(RequestContext context, IWireMessage request)
    {
        var response = HandleAsync(context, (TRequest)request);
        return response.IsCompletedSuccessfully ? new ValueTask<IWireMessage?>(response.Result) : AwaitAsync(response);
    }

    protected abstract ValueTask<TResponse?> HandleAsync(RequestContext context, TRequest request);

    private static async ValueTask<IWireMessage?> AwaitAsync(ValueTask<TResponse?> response) => await response;
}
