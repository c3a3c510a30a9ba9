using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>Which services are singletons, as registered: those are bound once at startup, and only the others need a scope for each message.</summary>
internal sealed class ServiceLifetimes
{
    private readonly Lazy<Dictionary<(Type Type, object? Key), ServiceLifetime>> _lifetimes;

    // Read when first asked, after the container was built: registrations may follow until then.
    public ServiceLifetimes(IServiceCollection services) => _lifetimes = new(() => Read(services));

    /// <summary>Whether one instance serves all. False when it is not known: a scope is right for every lifetime.</summary>
    public bool IsSingleton(Type service, object? key = null)
    {
        if (service == typeof(IServiceScopeFactory))
        {
            return true;
        }

        var lifetimes = _lifetimes.Value;
        return lifetimes.TryGetValue((service, key), out var lifetime)
            ? lifetime == ServiceLifetime.Singleton
            : service.IsConstructedGenericType
                && lifetimes.TryGetValue((service.GetGenericTypeDefinition(), key), out lifetime)
                && lifetime == ServiceLifetime.Singleton;
    }

    private static Dictionary<(Type Type, object? Key), ServiceLifetime> Read(IServiceCollection services)
    {
        var lifetimes = new Dictionary<(Type Type, object? Key), ServiceLifetime>();
        foreach (var service in services)
        {
            // The last registration is the one that is resolved.
            lifetimes[(service.ServiceType, service.ServiceKey)] = service.Lifetime;
        }

        return lifetimes;
    }
}
