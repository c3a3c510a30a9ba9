using System.Net;
using System.Text.Json;
using Headrace;
using Storefront.Groups;
using Storefront.Shop;
using Storefront.Status;
using Storefront.Traffic;

namespace Storefront.Startup;

/// <summary>The parts of the program that have nothing to do with Kafka.</summary>
internal static class StorefrontBuilder
{
    private const int DefaultMaxBodyBytes = 256 * 1024;

    public static WebApplicationBuilder Create(StorefrontOptions options, IReadOnlyList<GroupRole> groups)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,          // where appsettings.json is, whatever folder the program is started from
            EnvironmentName = EnvironmentName(),
        });
        AddBrokers(builder, options);
        builder.Configuration["ConnectionStrings:kafka"] = options.Kafka;
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.Limits.MaxRequestBodySize = context.Configuration.GetValue("Shop:MaxBodyBytes", DefaultMaxBodyBytes);
        });
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);
        builder.Services.AddHeadraceProblemDetails();
        builder.Services.AddHealthChecks().AddHeadrace();
        builder.Services
            .AddSingleton(options)
            .AddSingleton(groups)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<Journal>()
            .AddSingleton<Intake>()
            .AddSingleton<StatusReader>()
            .AddSingleton<CountryView>();
        AddCallers(builder.Services, options);
        return builder;
    }

    /// <summary>What stands for Kafka and its schema registry while one develops.</summary>
    private static void AddBrokers(WebApplicationBuilder builder, StorefrontOptions options)
    {
        if (options.Runs(StorefrontOptions.BrokerRole))
        {
            builder.AddDevBroker(broker =>
            {
                broker.Port = options.BrokerPort;
                broker.DataFolder = options.Data;
                broker.DeleteDataFirst = options.Fresh;
            });
        }

        if (options.StartsRegistry)
        {
            builder.AddDevSchemaRegistry(registry =>
            {
                registry.Port = options.RegistryPort;
                registry.Folder = options.Data;
                registry.DeleteDataFirst = options.Fresh;
            });
        }
        else if (options.Format != EventFormat.Json)
        {
            builder.Configuration["Kafka:SchemaRegistry:Url"] = options.Registry;
        }
    }

    /// <summary>What posts to the shop from within, as the command line says.</summary>
    private static void AddCallers(IServiceCollection services, StorefrontOptions options)
    {
        if (options.Traffic == 0 && options.Replay is null)
        {
            return;
        }

        services.AddHttpClient<ShopClient>();
        if (options.Traffic > 0)
        {
            services.AddHostedService<TrafficGenerator>();
        }

        if (options.Replay is not null)
        {
            services.AddSingleton<ReplayEnd>().AddHostedService<OrderReplay>();
        }
    }

    /// <summary>A sample is run by developers: where the environment does not say, it is Development.</summary>
    private static string EnvironmentName() =>
        Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Development;
}
