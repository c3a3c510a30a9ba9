using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>A handler given as a class.</summary>
internal sealed class ClassHandler<TMessage, THandler> : IHandlerSource
    where THandler : class, IHandler<TMessage>
{
    public string Name => typeof(THandler).Name;

    public Type? MessageType => typeof(TMessage);

    public Type? ResultType => null;

    public IEnumerable<string> FaultsOf(HandlerServices services)
    {
        if (services.IsKnown(typeof(THandler)))
        {
            yield break;
        }

        if (Construction.FaultOf(typeof(THandler), services) is { } fault)
        {
            yield return fault;
        }
    }

    public MessageDelegate Bind(HandlerServices services)
    {
        if (services.IsSingleton(typeof(THandler)))
        {
            var handler = services.Root.GetRequiredService<THandler>();
            return context => new(handler.HandleAsync((TMessage)context.Message!, context, context.Cancellation));
        }

        if (services.IsKnown(typeof(THandler)))
        {
            return static context => new(context.Services.GetRequiredService<THandler>().HandleAsync((TMessage)context.Message!, context, context.Cancellation));
        }

        var create = ActivatorUtilities.CreateFactory<THandler>([]);
        return typeof(IDisposable).IsAssignableFrom(typeof(THandler)) || typeof(IAsyncDisposable).IsAssignableFrom(typeof(THandler))
            ? context => HandleAndDisposeAsync(create(context.Services, null), context)
            : context => new(create(context.Services, null).HandleAsync((TMessage)context.Message!, context, context.Cancellation));
    }

    private static async ValueTask HandleAndDisposeAsync(THandler handler, MessageContext context)
    {
        try
        {
            await handler.HandleAsync((TMessage)context.Message!, context, context.Cancellation);
        }
        finally
        {
            if (handler is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (handler as IDisposable)?.Dispose();
            }
        }
    }
}
