using Headrace.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Schemas.Testing;

/// <summary>An application with one cluster and a registry.</summary>
internal sealed class AppUnderTest : IAsyncDisposable
{
    private readonly IHost _host;

    private AppUnderTest(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public GroupStatus Group => Services.GetRequiredService<HeadraceStatus>().Groups().Single();

    /// <summary>Builds and starts it; in Development topics and schemas are made, in Production only topics.</summary>
    public static async Task<AppUnderTest> StartAsync(
        KafkaUnderTest kafka, string registry, Action<HeadraceBuilder> configure, string environment = "Development", string patience = "00:00:30")
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:kafka"] = kafka.Address,
            ["Kafka:MissingTopics"] = "Create",
            ["Kafka:SchemaRegistry:Url"] = registry,
            ["Kafka:SchemaRegistry:Retries"] = "0",
            ["Kafka:SchemaRegistry:Timeout"] = patience,
        });
        builder.Logging.ClearProviders();
        configure(builder.AddHeadrace());
        var host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new(host);
    }

    public ITopicProducer<T> Producer<T>(string topic) => Services.GetRequiredKeyedService<ITopicProducer<T>>(topic);

    public ITopicProducer<T> Producer<T>() => Services.GetRequiredService<ITopicProducer<T>>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
