using Headrace.Formats;
using Headrace.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Headrace;

/// <summary>Avro, Protobuf and schema registries for a cluster.</summary>
public static class HeadraceSchemaExtensions
{
    /// <summary>
    /// Reads and writes messages as Avro, with their schemas in the registry at <c>Kafka:SchemaRegistry:Url</c> (the section of the cluster's name). A
    /// schema that its subject does not have is registered in Development; elsewhere that, and one that the subject does not accept, is a fault at startup.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Changes what is written and how subjects are called.</param>
    public static HeadraceBuilder UseAvro(this HeadraceBuilder builder, Action<AvroOptions>? configure = null)
    {
        var options = new AvroOptions();
        configure?.Invoke(options);
        return builder.AddSchemaRegistry().UseFormat(new AvroFormat(options));
    }

    /// <summary>
    /// Reads and writes messages as Protobuf, with their schemas in the registry at <c>Kafka:SchemaRegistry:Url</c> (the section of the cluster's name). A
    /// schema that its subject does not have is registered in Development; elsewhere that, and one that the subject does not accept, is a fault at startup.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Changes what is written and how subjects are called.</param>
    public static HeadraceBuilder UseProtobuf(this HeadraceBuilder builder, Action<ProtobufOptions>? configure = null)
    {
        var options = new ProtobufOptions();
        configure?.Invoke(options);
        return builder.AddSchemaRegistry().UseFormat(new ProtobufFormat(options));
    }

    /// <summary>
    /// Reads and writes messages as JSON and holds them against JSON Schemas in the registry at <c>Kafka:SchemaRegistry:Url</c> (the section of the cluster's
    /// name): those of the types, or those that are given. What <see cref="UseAvro"/> says of registering holds here too.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Changes what is written and how subjects are called.</param>
    public static HeadraceBuilder UseJsonSchema(this HeadraceBuilder builder, Action<JsonSchemaOptions>? configure = null)
    {
        var options = new JsonSchemaOptions();
        configure?.Invoke(options);
        return builder.AddSchemaRegistry().UseFormat(new JsonSchemaFormat(options));
    }

    /// <summary>
    /// Writes the schemas of everything that the application produces to a folder, a file for each subject, as it would register them. Neither a broker nor a
    /// registry is asked, and the application need not run: call it in place of <c>Run</c>, for <c>headrace schemas check</c> in a build.
    /// </summary>
    /// <exception cref="HeadraceConfigurationException">The application would not start for what a build can see.</exception>
    public static async Task ExportSchemasAsync(this IHost app, string folder, CancellationToken cancellation = default)
    {
        var registrations = app.Services.GetRequiredService<HeadraceRegistrations>();
        var faults = new List<string>();
        foreach (var name in registrations.Clusters.Select(cluster => cluster.Name))
        {
            if (app.Services.GetKeyedService<SchemaRegistryConnection>(name) is { } connection)
            {
                connection.Export = new(folder);
                var cluster = app.Services.GetRequiredKeyedService<KafkaCluster>(name);
                cluster.Validate(registrations, faults);
                await cluster.StartFormatsAsync(faults, cancellation);
            }
        }

        if (faults.Count > 0)
        {
            throw new HeadraceConfigurationException(faults);
        }
    }

    /// <summary>Says how the cluster's schema registry is reached, where configuration does not; the section <c>SchemaRegistry</c> of the cluster wins.</summary>
    public static HeadraceBuilder AddSchemaRegistry(this HeadraceBuilder builder, Action<SchemaRegistryOptions>? configure = null)
    {
        var cluster = builder.Cluster;
        builder.Services.TryAddKeyedSingleton<SchemaRegistryOptions>(cluster);
        builder.Services.TryAddKeyedSingleton(cluster, (services, _) =>
        {
            var options = services.GetRequiredKeyedService<SchemaRegistryOptions>(cluster);
            foreach (var setting in services.GetKeyedServices<Action<SchemaRegistryOptions>>(cluster))
            {
                setting(options);
            }

            return new SchemaRegistryConnection(cluster, options, services.GetRequiredService<IConfiguration>(), services.GetRequiredService<TimeProvider>());
        });
        if (configure is not null)
        {
            builder.Services.AddKeyedSingleton(cluster, configure);
        }

        return builder;
    }
}
