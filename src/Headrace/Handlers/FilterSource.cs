using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>A filter as a user gave it; bound once, at startup, to the step that runs before <c>next</c>.</summary>
internal sealed class FilterSource
{
    private readonly Func<HandlerServices, MessageFilter> _bind;
    private readonly Func<HandlerServices, string?> _faultOf;

    private FilterSource(Func<HandlerServices, MessageFilter> bind, Func<HandlerServices, string?> faultOf) => (_bind, _faultOf) = (bind, faultOf);

    public static FilterSource Of(MessageFilter filter) => new(_ => filter, static _ => null);

    public static FilterSource Of<TFilter>()
        where TFilter : class, IMessageFilter => new(
            static services => Bind<TFilter>(services),
            static services => services.IsKnown(typeof(TFilter)) ? null : Construction.FaultOf(typeof(TFilter), services));

    /// <summary>One throttle for every place where the source is bound.</summary>
    public static FilterSource Of(Func<ThrottleLoad, ValueTask<TimeSpan>> delay, TimeSpan? every)
    {
        ArgumentNullException.ThrowIfNull(delay);
        var interval = every ?? TimeSpan.FromSeconds(1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero, nameof(every));
        Throttle? throttle = null;
        return new(services =>
        {
            var one = throttle ??= new(delay, interval, services.Root);
            return async (context, next) =>
            {
                await one.WaitAsync(context.Cancellation);
                await next(context);
            };
        }, static _ => null);
    }

    public string? FaultOf(HandlerServices services) => _faultOf(services);

    public MessageDelegate Bind(HandlerServices services, MessageDelegate next)
    {
        var filter = _bind(services);
        return context => filter(context, next);
    }

    private static MessageFilter Bind<TFilter>(HandlerServices services)
        where TFilter : class, IMessageFilter
    {
        if (services.IsKnown(typeof(TFilter)) && !services.IsSingleton(typeof(TFilter)))
        {
            return static (context, next) => context.Services.GetRequiredService<TFilter>().InvokeAsync(context, next);
        }

        return ActivatorUtilities.GetServiceOrCreateInstance<TFilter>(services.Root).InvokeAsync;
    }
}
