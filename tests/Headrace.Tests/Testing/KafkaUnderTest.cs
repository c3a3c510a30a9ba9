using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Testing;

[assembly: AssemblyFixture(typeof(KafkaUnderTest))]

namespace Headrace.Tests.Testing;

/// <summary>The broker that the suite runs on: the one that <c>HEADRACE_TEST_KAFKA</c> names, otherwise a development broker of its own.</summary>
public sealed class KafkaUnderTest : IAsyncLifetime
{
    private static readonly string Run = Guid.NewGuid().ToString("N")[..8];
    private DevBroker? _broker;
    private int _names;

    /// <summary>Host and port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Which broker it is, for messages.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Whether it is the development broker, which does not have everything yet.</summary>
    public bool IsDevBroker => _broker is not null;

    /// <summary>Client settings that reach it.</summary>
    public IReadOnlyDictionary<string, string> ClientSettings => new Dictionary<string, string> { ["bootstrap.servers"] = Address };

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } given)
        {
            (Address, Name) = (given, $"Kafka at {given}");
        }
        else
        {
            _broker = await DevBroker.StartAsync();
            (Address, Name) = (_broker.BootstrapServers, $"the development broker at {_broker.BootstrapServers}");
        }

        TestContext.Current.SendDiagnosticMessage("Running on {0}.", Name);
    }

    /// <summary>Skips the test, and says so, when a group cannot have this protocol here: <c>consumer</c> is the new one (KIP-848).</summary>
    public async Task SkipWithoutAsync(string protocol)
    {
        const short ConsumerGroupHeartbeat = 68;
        Assert.SkipWhen(protocol == "consumer" && !(await ApiKeysAsync()).Contains(ConsumerGroupHeartbeat), $"{Name} has no KIP-848 groups yet.");
    }

    /// <summary>A name that no other test uses.</summary>
    public string NewName(string purpose = "t") => $"{purpose}-{Run}-{Interlocked.Increment(ref _names)}";

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

    private async Task<HashSet<short>> ApiKeysAsync()
    {
        // ApiVersions, version 0, with no client id; the answer has an error and then key, lowest and highest version of each.
        byte[] request = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF];
        using var socket = new TcpClient();
        await socket.ConnectAsync(Address[..Address.LastIndexOf(':')], int.Parse(Address.AsSpan(Address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture));
        var stream = socket.GetStream();
        await stream.WriteAsync(request);
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(answer);
        return [.. Enumerable.Range(0, BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(6))).Select(i => BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(10 + (6 * i))))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
