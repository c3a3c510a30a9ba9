using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>One parameter of a delegate, and where its value comes from.</summary>
internal sealed record HandlerParameter(ParameterInfo Parameter, ParameterSource Source)
{
    /// <summary>The service's key, or the header's name.</summary>
    public object? Key { get; init; }

    public Type Type => Parameter.ParameterType;

    public static HandlerParameter Of(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<FromRecordHeaderAttribute>() is { } header)
        {
            return new(parameter, ParameterSource.Header) { Key = header.Name };
        }

        return parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? new(parameter, ParameterSource.Service) { Key = keyed.Key }
            : new(parameter, SourceOf(parameter.ParameterType));
    }

    public bool IsOfOneRecord =>
        Source is ParameterSource.Key or ParameterSource.Headers or ParameterSource.Position or ParameterSource.Record or ParameterSource.Header;

    public string? FaultOf(HandlerServices services) => Source switch
    {
        ParameterSource.Service when !Parameter.HasDefaultValue && !services.Has(Type, Key) =>
            $"its parameter '{Describe()}' is not a registered service{(Key is null ? "" : $" with the key '{Key}'")}. Register it before Build(), or remove the parameter.",
        ParameterSource.Header when !HeaderValues.CanRead(Type) =>
            $"its parameter '{Describe()}' cannot be read from a header. Take a string, ReadOnlyMemory<byte>, byte[], or a type that implements IParsable.",
        _ => null,
    };

    public string Describe() => $"{Type.Name} {Parameter.Name}";

    private static ParameterSource SourceOf(Type type) =>
        type == typeof(CancellationToken) ? ParameterSource.Cancellation
        : type == typeof(RecordKey) ? ParameterSource.Key
        : type == typeof(RecordHeaders) ? ParameterSource.Headers
        : type == typeof(RecordPosition) ? ParameterSource.Position
        : type == typeof(MessageContext) ? ParameterSource.Context
        : type == typeof(Record) ? ParameterSource.Record
        : ParameterSource.Service;
}
