using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Headrace.Tests.Testing;

/// <summary>
/// An Apache Kafka that asks who calls and what they may. <c>HEADRACE_TEST_KAFKA_SECURE</c> names the folder of one that <c>kafka-start --secure --dir FOLDER</c>
/// started: <c>bootstrap</c> has the address that anybody may do everything at, SASL over TLS is two ports above it, mutual TLS three, OAUTHBEARER four, <c>tls</c> holds the
/// certificates. The user <see cref="Known"/> may do everything with what begins with <see cref="Prefix"/>, the user <see cref="Stranger"/> only read
/// what <see cref="CreateTopicAsync"/> makes readable, <see cref="Superuser"/> everything.
/// </summary>
internal static class SecureKafka
{
    public const string Known = "alice";
    public const string Stranger = "bob";
    public const string Superuser = "admin";
    public const string NotChecked = "TLS and SASL were not checked: HEADRACE_TEST_KAFKA_SECURE names no folder of kafka-start --secure.";

    private static readonly string Folder = Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA_SECURE") ?? "";

    /// <summary>Whether there is one.</summary>
    public static bool IsGiven => Folder.Length > 0;

    /// <summary>What the names of this run begin with.</summary>
    public static string Prefix { get; } = $"secure-{Guid.NewGuid():N}"[..15];

    public static string NewName() => $"{Prefix}-{Guid.NewGuid():N}"[..24];

    /// <summary>Settings of a user who proves it by a password: his name and <c>-secret</c> unless another is given.</summary>
    public static Dictionary<string, string> WithPassword(string user, string mechanism = "SCRAM-SHA-256", string? password = null) => new()
    {
        ["bootstrap.servers"] = AddressAt(2),
        ["security.protocol"] = "sasl_ssl",
        ["ssl.ca.location"] = Pem("ca.pem"),
        ["sasl.mechanism"] = mechanism,
        ["sasl.username"] = user,
        ["sasl.password"] = password ?? $"{user}-secret",
    };

    /// <summary>Settings of a user who proves it by a certificate.</summary>
    public static Dictionary<string, string> WithCertificate(string user)
    {
        var name = user == Known ? "client" : "other";
        return new()
        {
            ["bootstrap.servers"] = AddressAt(3),
            ["security.protocol"] = "ssl",
            ["ssl.ca.location"] = Pem("ca.pem"),
            ["ssl.certificate.location"] = Pem($"{name}.pem"),
            ["ssl.key.location"] = Pem($"{name}.key"),
        };
    }

    /// <summary>Settings of a user who proves it by a token, which somebody has to give: <see cref="Token"/>.</summary>
    public static Dictionary<string, string> WithTokens() => new()
    {
        ["bootstrap.servers"] = AddressAt(4),
        ["security.protocol"] = "sasl_plaintext",
        ["sasl.mechanism"] = "OAUTHBEARER",
    };

    /// <summary>A token that is not signed (RFC 7515, appendix A.5), as the broker takes it here.</summary>
    /// <param name="user">Whom it stands for.</param>
    /// <param name="lifetime">How long the client believes in it.</param>
    /// <param name="isStale">Whether the broker finds that it expired before.</param>
    public static OAuthBearerToken Token(string user, TimeSpan lifetime, bool isStale = false)
    {
        var now = TimeProvider.System.GetUtcNow();
        var expires = isStale ? now.AddHours(-1) : now + lifetime;
        var claims = $$"""{"sub":"{{user}}","iat":{{now.AddHours(-2).ToUnixTimeSeconds()}},"exp":{{expires.ToUnixTimeSeconds()}}}""";
        return new($"{Part("""{"alg":"none"}""")}.{Part(claims)}.", now + lifetime, user);

        static string Part(string json) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(json));
    }

    /// <summary>The known user's settings, by any way that the broker takes: <c>certificate</c>, or the name of a mechanism.</summary>
    public static Dictionary<string, string> Of(string way) => way == "certificate" ? WithCertificate(Known) : WithPassword(Known, way);

    /// <summary>Makes a topic that the known user may use; granting twice changes nothing.</summary>
    public static async Task<string> CreateTopicAsync(bool isReadableByStranger = false)
    {
        var topic = NewName();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = AddressAt(0) }).Build();
        await admin.CreateAclsAsync([Grant(ResourceType.Topic), Grant(ResourceType.Group)]);
        if (isReadableByStranger)
        {
            await admin.CreateAclsAsync(
            [
                Grant(ResourceType.Topic, topic, ResourcePatternType.Literal, Stranger, AclOperation.Read),
                Grant(ResourceType.Topic, topic, ResourcePatternType.Literal, Stranger, AclOperation.DescribeConfigs),
            ]);
        }

        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        return topic;
    }

    /// <summary>Lets the stranger do everything with the topics and groups whose names begin with these.</summary>
    public static async Task AllowStrangerAsync(string topics, string groups)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = AddressAt(0) }).Build();
        await admin.CreateAclsAsync(
        [
            Grant(ResourceType.Topic, topics, ResourcePatternType.Prefixed, Stranger, AclOperation.All),
            Grant(ResourceType.Group, groups, ResourcePatternType.Prefixed, Stranger, AclOperation.All),
        ]);
    }

    private static AclBinding Grant(ResourceType kind) => Grant(kind, Prefix, ResourcePatternType.Prefixed, Known, AclOperation.All);

    private static AclBinding Grant(ResourceType kind, string name, ResourcePatternType pattern, string user, AclOperation operation) => new()
    {
        Pattern = new() { Type = kind, Name = name, ResourcePatternType = pattern },
        Entry = new() { Principal = $"User:{user}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
    };

    private static string AddressAt(int above)
    {
        var address = File.ReadAllText(Path.Combine(Folder, "bootstrap")).Trim();
        var colon = address.LastIndexOf(':');
        return $"{address[..colon]}:{int.Parse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture) + above}";
    }

    private static string Pem(string name) => Path.Combine(Folder, "tls", name);
}
