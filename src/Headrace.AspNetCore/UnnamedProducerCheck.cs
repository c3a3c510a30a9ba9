using System.Reflection;
using Headrace.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace;

/// <summary>
/// Fails the start when an endpoint takes a producer of several topics without saying which. Endpoints exist only once the server has started, so
/// this cannot be among the faults that are thrown before.
/// </summary>
internal sealed class UnnamedProducerCheck(IServiceProvider services) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Problem details are of use without a cluster too.
        if (services.GetService<HeadraceRegistrations>() is not { } registrations)
        {
            return Task.CompletedTask;
        }

        var endpoints = services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints);
        var faults = endpoints.SelectMany(endpoint => FaultsOf(endpoint, registrations)).Distinct().ToList();
        return faults.Count == 0 ? Task.CompletedTask : throw new HeadraceConfigurationException(faults);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static IEnumerable<string> FaultsOf(Microsoft.AspNetCore.Http.Endpoint endpoint, HeadraceRegistrations registrations) =>
        (endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [])
            .Where(parameter => parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is null && IsAmbiguous(parameter.ParameterType, registrations))
            .Select(parameter =>
                $"Endpoint '{endpoint.DisplayName}' takes '{parameter.Name}': {ProducerFaults.Unnamed(parameter.ParameterType.GetGenericArguments()[0], registrations)}");

    private static bool IsAmbiguous(Type type, HeadraceRegistrations registrations) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(ITopicProducer<>) && registrations.TopicsOf(type.GetGenericArguments()[0]).Distinct().Count() > 1;
}
