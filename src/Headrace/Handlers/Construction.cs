using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>Whether a class that is not registered can be made from what is.</summary>
internal static class Construction
{
    public static string? FaultOf(Type type, HandlerServices services)
    {
        var constructors = type.IsAbstract ? [] : type.GetConstructors();
        if (constructors.Length == 0)
        {
            return $"{type.Name} has no public constructor and is not registered as a service. Register it, or give it a public constructor.";
        }

        var missing = constructors.Select(constructor => MissingIn(constructor, services)).ToList();
        return missing.Contains(null)
            ? null
            : $"{type.Name} needs '{missing[0]!.ParameterType.Name} {missing[0]!.Name}', which is not a registered service. Register it before Build().";
    }

    private static ParameterInfo? MissingIn(ConstructorInfo constructor, HandlerServices services) => constructor.GetParameters()
        .FirstOrDefault(parameter => !parameter.HasDefaultValue && !services.Has(parameter.ParameterType, parameter.GetCustomAttribute<FromKeyedServicesAttribute>()?.Key));
}
