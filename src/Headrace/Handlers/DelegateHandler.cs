using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>A handler given as a delegate: its parameters are bound by type.</summary>
internal sealed class DelegateHandler : IHandlerSource
{
    private readonly Delegate _handler;
    private readonly HandlerKind _kind;
    private readonly HandlerParameter[] _parameters;
    private readonly ResultShape _result;

    public DelegateHandler(Delegate handler, HandlerKind kind)
    {
        _handler = handler;
        _kind = kind;
        _result = ResultShape.Of(handler.Method.ReturnType);
        // A static method closed over its first argument, as a method group on an extension method is, does not get that one from us.
        var parameters = handler.Method.GetParameters().Skip(handler.Method.IsStatic && handler.Target is not null ? 1 : 0);
        _parameters = [.. parameters.Select(HandlerParameter.Of)];
        if (kind == HandlerKind.Batch && _parameters is [{ Key: null } batch, ..] && BatchTypes.MessageOf(batch.Type) is { } message)
        {
            _parameters[0] = batch with { Source = ParameterSource.Message };
            MessageType = message;
        }

        if (kind == HandlerKind.Message && _parameters is [{ Source: ParameterSource.Service, Key: null } first, ..])
        {
            _parameters[0] = first with { Source = ParameterSource.Message };
            MessageType = first.Type;
        }
    }

    public string Name => _kind switch
    {
        HandlerKind.Tombstone => "tombstone",
        HandlerKind.Record => "record",
        _ => MessageType?.Name ?? _handler.Method.Name,
    };

    public Type? MessageType { get; }

    public Type? ResultType => _result.Result;

    public IEnumerable<string> FaultsOf(HandlerServices services)
    {
        if (FirstParameterFault(services) is { } first)
        {
            // What the other parameters are cannot be told while the first is not right.
            yield return first;
            yield break;
        }

        if (_handler.Method.ReturnType == typeof(void) && _handler.Method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            yield return "it is 'async void', so nobody could wait for it and its record would be settled too early. Return Task.";
        }

        foreach (var parameter in _parameters.Where(parameter => _kind == HandlerKind.Batch && parameter.IsOfOneRecord))
        {
            yield return $"its parameter '{parameter.Describe()}' belongs to one record. Take it from the batch: KeyOf(i), HeadersOf(i), PositionOf(i).";
        }

        foreach (var fault in _parameters.Select(parameter => parameter.FaultOf(services)).OfType<string>())
        {
            yield return fault;
        }
    }

    public MessageDelegate Bind(HandlerServices services)
    {
        var context = Expression.Parameter(typeof(MessageContext), "context");
        var arguments = _parameters.Select(parameter => Argument(parameter, context, services));
        var call = Expression.Invoke(Expression.Constant(_handler), arguments);
        return Expression.Lambda<MessageDelegate>(_result.Convert(call, context), context).Compile();
    }

    private string? FirstParameterFault(HandlerServices services)
    {
        var first = _parameters is [var parameter, ..] ? parameter : null;
        return _kind switch
        {
            HandlerKind.Message when first is not { Source: ParameterSource.Message } =>
                $"its first parameter{(first is null ? "" : $" '{first.Describe()}'")} is not the message. Make the message type the first parameter; use OnRecord for raw records and OnTombstone for tombstones.",
            HandlerKind.Message when services.IsKnown(first!.Type) =>
                $"its first parameter '{first.Describe()}' is a registered service. Make the message type the first parameter and the service a later one.",
            HandlerKind.Batch when first is not { Source: ParameterSource.Message } => "its first parameter is not a RecordBatch. Write OnBatch((RecordBatch<Order> orders, …) => …).",
            HandlerKind.Record when first is not { Source: ParameterSource.Record } => "its first parameter is not a Record. Write OnRecord((Record record, …) => …).",
            _ => null,
        };
    }

    private static Expression Argument(HandlerParameter parameter, ParameterExpression context, HandlerServices services) => parameter.Source switch
    {
        ParameterSource.Message => Expression.Convert(Expression.Property(context, nameof(MessageContext.Message)), parameter.Type),
        ParameterSource.Cancellation => Expression.Property(context, nameof(MessageContext.Cancellation)),
        ParameterSource.Key => Expression.Property(context, nameof(MessageContext.Key)),
        ParameterSource.Headers => Expression.Property(context, nameof(MessageContext.Headers)),
        ParameterSource.Position => Expression.Property(context, nameof(MessageContext.Position)),
        ParameterSource.Record => Expression.Property(context, nameof(MessageContext.Record)),
        ParameterSource.Header => HeaderValues.Read(parameter.Parameter, (string)parameter.Key!, context),
        ParameterSource.Service => Service(parameter, context, services),
        _ => context,
    };

    private static Expression Service(HandlerParameter parameter, ParameterExpression context, HandlerServices services)
    {
        if (parameter.Parameter.HasDefaultValue && !services.Has(parameter.Type, parameter.Key))
        {
            return Expression.Constant(parameter.Parameter.DefaultValue, parameter.Type);
        }

        if (services.IsSingleton(parameter.Type, parameter.Key))
        {
            return Expression.Constant(Resolve(services.Root, parameter.Type, parameter.Key), parameter.Type);
        }

        var provider = Expression.Property(context, nameof(MessageContext.Services));
        var resolve = Expression.Call(
            ((Func<IServiceProvider, Type, object?, object>)Resolve).Method, provider, Expression.Constant(parameter.Type), Expression.Constant(parameter.Key, typeof(object)));
        return Expression.Convert(resolve, parameter.Type);
    }

    private static object Resolve(IServiceProvider services, Type type, object? key) =>
        key is null ? services.GetRequiredService(type) : services.GetRequiredKeyedService(type, key);
}
