using Headrace.Benchmarks.Brokers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Benchmarks.Consuming;

/// <summary>The same with Headrace: a consumer group with a typed handler, as an application has it.</summary>
internal static class HeadraceGroup
{
    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(
        string kafka, string topic, int count, Action<HeadraceBuilder>? configure = null)
    {
        using var window = new Window(count);
        var handler = new OrderHandler(window);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:kafka"] = kafka;
        foreach (var (name, value) in ClientSettings.Fetching)
        {
            builder.Configuration[$"Kafka:Consumer:{name}"] = value;
        }

        var headrace = builder.AddHeadrace("kafka").UseJson(OrderJson.Default);
        configure?.Invoke(headrace);
        using var host = builder.Build();
        host.MapConsumerGroup($"headrace-{Guid.NewGuid():N}").MapTopic(topic).On((Order order) => handler.Handle(order));
        await host.StartAsync();
        await window.Done.WaitAsync(TimeSpan.FromMinutes(3));
        await host.StopAsync();
        return window.Values;
    }
}
