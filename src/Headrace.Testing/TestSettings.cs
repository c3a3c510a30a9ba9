using Headrace.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headrace.Testing;

/// <summary>Points an application at another Kafka and another clock, whatever its own configuration says.</summary>
internal static class TestSettings
{
    public static void Apply(IConfiguration configuration, IServiceCollection services, string kafka, TimeProvider time)
    {
        foreach (var cluster in HeadraceRegistrations.Of(services).Clusters)
        {
            var section = ClusterConfiguration.SectionOf(cluster.Name);
            configuration[$"ConnectionStrings:{cluster.Name}"] = kafka;
            // Over the application's own section, or a test could reach the Kafka that it names.
            configuration[$"{section}:Client:bootstrap.servers"] = kafka;
            configuration[$"{section}:Client:security.protocol"] = "plaintext";
            configuration[$"{section}:MissingTopics"] = nameof(MissingTopics.Create);
        }

        services.RemoveAll<TimeProvider>();
        services.AddSingleton(time);
    }
}
