using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Handlers;

/// <summary>What handlers and filters are bound against: the application's services, and what is known of them.</summary>
internal sealed class HandlerServices
{
    private readonly IServiceProviderIsService? _isService;
    private readonly IServiceProviderIsKeyedService? _isKeyedService;
    private readonly ServiceLifetimes? _lifetimes;

    public HandlerServices(IServiceProvider root)
    {
        Root = root;
        _isService = root.GetService<IServiceProviderIsService>();
        _isKeyedService = root.GetService<IServiceProviderIsKeyedService>();
        _lifetimes = root.GetService<ServiceLifetimes>();
    }

    public IServiceProvider Root { get; }

    /// <summary>Whether the container has the service; true when it cannot say.</summary>
    public bool Has(Type service, object? key = null) =>
        key is null ? _isService?.IsService(service) ?? true : _isKeyedService?.IsKeyedService(service, key) ?? true;

    /// <summary>Whether the container surely has the service: a first parameter of that type is no message.</summary>
    public bool IsKnown(Type service) => _isService?.IsService(service) ?? false;

    public bool IsSingleton(Type service, object? key = null) => _lifetimes?.IsSingleton(service, key) ?? false;
}
