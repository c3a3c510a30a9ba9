using Headrace.Storefront.Tests.Testing;

[assembly: AssemblyFixture(typeof(KafkaUnderTest))]

// The topics of the shop have fixed names and its parts take whole cores: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Headrace.Storefront.Tests.Testing;

/// <summary>The broker that the suite runs on: Apache Kafka where <c>HEADRACE_TEST_KAFKA</c> names one, otherwise a development broker of its own.</summary>
public sealed class KafkaUnderTest : IAsyncLifetime
{
    private static readonly string Run = Guid.NewGuid().ToString("N")[..6];
    private DevBroker? _broker;
    private int _names;

    /// <summary>Host and port.</summary>
    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } given)
        {
            Address = given;
            return;
        }

        _broker = await DevBroker.StartAsync();
        Address = _broker.BootstrapServers;
    }

    /// <summary>A beginning for ids that no other test uses: the topics may hold what others wrote.</summary>
    public string NewPrefix() => $"{Run}{Interlocked.Increment(ref _names)}-";

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
