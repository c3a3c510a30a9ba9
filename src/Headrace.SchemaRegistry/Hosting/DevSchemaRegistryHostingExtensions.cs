using Headrace;
using Headrace.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Starts a schema registry for development inside an application.</summary>
public static class DevSchemaRegistryHostingExtensions
{
    /// <summary>
    /// In Development, starts a <see cref="DevSchemaRegistry"/> before any other hosted service and points the cluster's <c>SchemaRegistry:Url</c> at it. It stops
    /// after all of them. Elsewhere, and where that address is set already, this does nothing: the application then uses the registry that it names.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="configure">Sets the options of the registry.</param>
    /// <param name="cluster">The cluster's name. Default <c>kafka</c>.</param>
    public static TBuilder AddDevSchemaRegistry<TBuilder>(this TBuilder builder, Action<DevSchemaRegistryOptions>? configure = null, string cluster = "kafka")
        where TBuilder : IHostApplicationBuilder
    {
        var key = $"{ClusterConfiguration.SectionOf(cluster)}:SchemaRegistry:Url";
        if (builder.Environment.IsDevelopment() && string.IsNullOrEmpty(builder.Configuration[key]))
        {
            var options = new DevSchemaRegistryOptions();
            configure?.Invoke(options);
            builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(_ => new DevSchemaRegistryLifetime(options, url => builder.Configuration[key] = url)));
        }

        return builder;
    }
}
