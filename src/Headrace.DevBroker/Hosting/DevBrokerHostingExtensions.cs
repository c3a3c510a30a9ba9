using Headrace;
using Headrace.Broker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.Hosting;

/// <summary>Starts a development broker inside an application.</summary>
public static class DevBrokerHostingExtensions
{
    /// <summary>
    /// In Development, starts a <see cref="DevBroker"/> before any other hosted service and points <c>ConnectionStrings:&lt;connectionName&gt;</c> at it. It stops
    /// after all of them. Elsewhere, and where that connection string is set already, this does nothing: the application then uses the Kafka that it names.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="configure">Sets the options of the broker.</param>
    /// <param name="connectionName">The connection string to set. Default <c>kafka</c>.</param>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static TBuilder AddDevBroker<TBuilder>(this TBuilder builder, Action<DevBrokerOptions>? configure = null, string connectionName = "kafka")
        where TBuilder : IHostApplicationBuilder
    {
        var key = $"ConnectionStrings:{connectionName}";
        if (!builder.Environment.IsDevelopment() || !string.IsNullOrEmpty(builder.Configuration[key]))
        {
            return builder;
        }

        var options = new DevBrokerOptions();
        configure?.Invoke(options);

        // The port is taken now, so that the address is known to whatever reads the configuration from here on.
        var reservation = DevBroker.Reserve(options);
        builder.Configuration[key] = $"{options.Host}:{reservation.Endpoint.Port}";
        builder.Services.TryAddSingleton(services => DevBroker.Create(options, reservation, options.Loggers ?? services.GetRequiredService<ILoggerFactory>()));
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(services => new DevBrokerLifetime(services.GetRequiredService<DevBroker>())));
        return builder;
    }
}
