using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Testing;

[assembly: AssemblyFixture(typeof(KafkaUnderTest))]

namespace Headrace.Tests.Testing;

/// <summary>The broker that the suite runs on: Apache Kafka where <c>HEADRACE_TEST_KAFKA</c> names one, otherwise a development broker of its own.</summary>
public sealed class KafkaUnderTest : IAsyncLifetime
{
    private static readonly string Run = Guid.NewGuid().ToString("N")[..8];
    private int _topics;

    /// <summary>Host and port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Which broker it is, for messages.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Client settings that reach it.</summary>
    public IReadOnlyDictionary<string, string> ClientSettings => new Dictionary<string, string> { ["bootstrap.servers"] = Address };

    public ValueTask InitializeAsync()
    {
        Address = Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } given
            ? given
            : throw new InvalidOperationException("HEADRACE_TEST_KAFKA is not set. Set it to the host:port of a broker for tests.");
        Name = $"Apache Kafka at {Address}";
        TestContext.Current.SendDiagnosticMessage("Running on {0}.", Name);
        return ValueTask.CompletedTask;
    }

    /// <summary>A name that no other test uses.</summary>
    public string NewName(string purpose = "t") => $"{purpose}-{Run}-{Interlocked.Increment(ref _topics)}";

    /// <summary>Makes a topic with a name of its own.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 1, IDictionary<string, string>? settings = null)
    {
        var name = NewName();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Address }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = settings is null ? null : new(settings),
        }]);
        return name;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
