using Headrace;
using Headrace.Testing;

namespace Microsoft.AspNetCore.Mvc.Testing;

/// <summary>Runs the applications of a <see cref="WebApplicationFactory{TEntryPoint}"/> on a development broker.</summary>
public static class DevBrokerFactoryExtensions
{
    /// <summary>
    /// Every cluster of the application is this broker, whatever its configuration says, its missing topics are created, and its clock is a <see cref="TestTime"/>. For waits, reads and
    /// produces: <c>HeadraceApp.Over(factory.Services)</c>.
    /// </summary>
    /// <param name="factory">The factory; it stays as it is.</param>
    /// <param name="kafka">The broker, which the test owns. Dispose it after the factory.</param>
    public static WebApplicationFactory<TEntryPoint> UseDevBroker<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory, DevBroker kafka)
        where TEntryPoint : class
    {
        var time = new TestTime();
        return factory.WithWebHostBuilder(host => host
            .UseSetting("ConnectionStrings:kafka", kafka.BootstrapServers)
            .ConfigureServices((context, services) => TestSettings.Apply(context.Configuration, services, kafka.BootstrapServers, time)));
    }
}
