using Confluent.Kafka;

namespace Headrace.Benchmarks.Brokers;

/// <summary>Topics that live as long as a measurement.</summary>
internal static class Topics
{
    public const int Partitions = 8;

    public static async Task<string> CreateAsync(string kafka, int partitions = Partitions, Dictionary<string, string>? settings = null)
    {
        using var admin = Connect(kafka);
        var name = $"bench-{Guid.NewGuid():N}";
        await admin.CreateTopicsAsync([new() { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = settings }]);
        return name;
    }

    public static async Task DeleteAsync(string kafka, string topic)
    {
        using var admin = Connect(kafka);
        await admin.DeleteTopicsAsync([topic]);
    }

    private static IAdminClient Connect(string kafka) => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka }).Build();
}
