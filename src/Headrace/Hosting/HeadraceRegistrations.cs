using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Hosting;

/// <summary>The clusters of an application, in the order in which they were added; the first is the default.</summary>
internal sealed class HeadraceRegistrations(IServiceCollection services)
{
    private readonly List<ClusterRegistration> _clusters = [];

    public IServiceCollection Services => services;

    public IReadOnlyList<ClusterRegistration> Clusters => _clusters;

    /// <summary>The application's one instance, which every <c>AddHeadrace</c> finds among its services.</summary>
    public static HeadraceRegistrations Of(IServiceCollection services)
    {
        var registrations = services
            .FirstOrDefault(service => service.ServiceType == typeof(HeadraceRegistrations) && !service.IsKeyedService)?.ImplementationInstance as HeadraceRegistrations;
        if (registrations is null)
        {
            registrations = new(services);
            services.AddSingleton(registrations);
        }

        return registrations;
    }

    public ClusterRegistration? Find(string name) => _clusters.Find(cluster => cluster.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public ClusterRegistration Add(string name)
    {
        var cluster = new ClusterRegistration(name);
        _clusters.Add(cluster);
        return cluster;
    }

    /// <summary>The topics that a message type is produced to, of all clusters.</summary>
    public IReadOnlyList<string> TopicsOf(Type message) =>
        [.. _clusters.SelectMany(cluster => cluster.Producers).Where(producer => producer.Message == message).Select(producer => producer.Topic)];
}
