using Headrace.Broker.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Broker.Tests.Server;

public sealed class HostingTests
{
    [Fact]
    public async Task In_development_the_broker_runs_before_other_services_start_and_after_they_have_stopped()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development, DisableDefaults = true });
        builder.Services.AddHostedService<NeedsTheBroker>();
        builder.AddDevBroker();
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        var bootstrapServers = host.Services.GetRequiredService<IConfiguration>().GetConnectionString("kafka")!;
        Assert.Equal(host.Services.GetRequiredService<DevBroker>().BootstrapServers, bootstrapServers);
        await host.StopAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => WireClient.ConnectAsync(bootstrapServers));
    }

    [Theory]
    [InlineData("Production", null)]
    [InlineData("Development", "kafka.example:9092")]
    public void Elsewhere_and_where_a_Kafka_is_named_there_is_no_broker(string environment, string? connection)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment, DisableDefaults = true });
        builder.Configuration["ConnectionStrings:kafka"] = connection;
        builder.AddDevBroker();
        using var host = builder.Build();

        Assert.Null(host.Services.GetService<DevBroker>());
        Assert.Equal(connection, builder.Configuration.GetConnectionString("kafka"));
    }

    [Fact]
    public async Task All_faults_of_the_options_are_told_at_once()
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(
            () => DevBroker.StartAsync(new DevBrokerOptions { Host = "0.0.0.0", Port = -1, DefaultPartitions = 0 }, TestContext.Current.CancellationToken));

        Assert.Contains("AllowRemoteConnections", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Port is -1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("DefaultPartitions is 0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<IOException>(() => DevBroker.StartAsync(new DevBrokerOptions { Port = first.Port }, TestContext.Current.CancellationToken));

        Assert.Contains($"port {first.Port}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_brokers_fit_into_one_process()
    {
        var brokers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken)));

        Assert.Equal(brokers.Length, brokers.Select(broker => broker.Port).Distinct().Count());
        await Task.WhenAll(brokers.Select(async broker => await (await WireClient.ConnectAsync(broker.BootstrapServers)).DisposeAsync()));
        await Task.WhenAll(brokers.Select(broker => broker.DisposeAsync().AsTask()));
    }

    private sealed class NeedsTheBroker(IConfiguration configuration) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken) => await UseAsync();

        public async Task StopAsync(CancellationToken cancellationToken) => await UseAsync();

        private async Task UseAsync()
        {
            await using var client = await WireClient.ConnectAsync(configuration.GetConnectionString("kafka")!);
        }
    }
}
