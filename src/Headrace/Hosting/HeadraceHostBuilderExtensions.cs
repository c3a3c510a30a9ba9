using Headrace;
using Headrace.Handlers;
using Headrace.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds Headrace to an application.</summary>
public static class HeadraceHostBuilderExtensions
{
    /// <summary>
    /// Adds a Kafka cluster, or goes on with one that was added before. Its settings are in the section of its name (<c>Kafka:…</c>), its
    /// address may be in <c>ConnectionStrings:kafka</c>. The first cluster is the default: its services are injected without a name, those
    /// of others by the cluster's name.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="cluster">The cluster's name.</param>
    public static HeadraceBuilder AddHeadrace(this IHostApplicationBuilder builder, string cluster = "kafka")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(cluster);
        var services = builder.Services;
        var registrations = HeadraceRegistrations.Of(services);
        if (registrations.Find(cluster) is { } known)
        {
            return new(services, known);
        }

        if (registrations.Clusters.Count == 0)
        {
            AddShared(services, cluster);
        }

        var registration = registrations.Add(cluster);
        services.AddKeyedSingleton(cluster, (_, _) => new HeadraceTopology(cluster));
        services.AddKeyedSingleton(cluster, (provider, _) =>
            new KafkaCluster(registration, provider.GetRequiredKeyedService<HeadraceTopology>(cluster), provider));
        services.AddKeyedSingleton(cluster, (provider, _) => new HeadraceStatus(provider.GetRequiredKeyedService<KafkaCluster>(cluster)));
        services.AddKeyedSingleton(cluster, (provider, _) => new HeadraceControl(provider.GetRequiredKeyedService<KafkaCluster>(cluster)));
        services.AddKeyedSingleton(cluster, (provider, _) => provider.GetRequiredKeyedService<KafkaCluster>(cluster).Letters);
        return new(services, registration);
    }

    private static void AddShared(IServiceCollection services, string defaultCluster)
    {
        services.AddSingleton(new ServiceLifetimes(services));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => provider.GetRequiredKeyedService<HeadraceTopology>(defaultCluster));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<HeadraceStatus>(defaultCluster));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<HeadraceControl>(defaultCluster));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<DeadLetters>(defaultCluster));
        services.AddSingleton<ThreadPoolMinimum>();
        services.AddHostedService<HeadraceService>();
    }
}
