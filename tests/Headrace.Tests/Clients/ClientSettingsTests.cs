using System.Reflection;
using Confluent.Kafka;
using Headrace.Clients;

namespace Headrace.Tests.Clients;

public sealed class ClientSettingsTests
{
    [Fact]
    public void A_producer_keeps_every_record_by_default()
    {
        var settings = For(ClientRole.Producer);
        Assert.Equal("-1", settings.Effective("acks"));
        Assert.Equal("true", settings.Effective("enable.idempotence"));
        Assert.Equal("murmur2_random", settings.Effective("partitioner"));
        Assert.Equal("false", settings.Effective("allow.auto.create.topics"));
        Assert.Equal("5", settings.Effective("linger.ms"));
    }

    [Fact]
    public void A_consumer_neither_commits_nor_moves_its_position_by_itself()
    {
        var settings = For(ClientRole.Fetch, ("group.id", "g"));
        Assert.Equal("false", settings.Effective("enable.auto.commit"));
        Assert.Equal("false", settings.Effective("enable.auto.offset.store"));
        Assert.Equal("error", settings.Effective("auto.offset.reset"));
        Assert.Equal("10", settings.Effective("fetch.queue.backoff.ms"));
    }

    [Theory]
    [InlineData("linger.ms")]
    [InlineData("linger_ms")]
    [InlineData("LingerMs")]
    [InlineData("queue.buffering.max.ms")]
    public void A_users_value_wins_over_our_default_in_any_spelling(string name) =>
        Assert.Equal("70", For(ClientRole.Producer, (name, "70")).Effective("linger.ms"));

    [Fact]
    public void One_setting_in_two_spellings_with_two_values_is_a_fault() =>
        Assert.Contains("'sasl.password' is set twice", Assert.Single(Faults(ClientRole.Producer, ("sasl.password", "a"), ("SaslPassword", "b"))), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_setting_is_a_fault_with_the_nearest_name()
    {
        Assert.Contains("Did you mean 'bootstrap.servers'?", Assert.Single(Faults(ClientRole.Producer, ("bootstrap.server", "x"))), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'session.timeout.ms'?", Assert.Single(Faults(ClientRole.Membership, ("SesionTimeoutMs", "1"))), StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", Assert.Single(Faults(ClientRole.Producer, ("colour", "blue"))), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_come_at_once_each_with_its_remedy()
    {
        var failure = Assert.Throws<ClientSettingsException>(() => ClientSettings.For(ClientRole.Membership, new Dictionary<string, string>
        {
            ["enable.auto.commit"] = "true",
            ["auto.offset.reset"] = "latest",
            ["session.timeout.ms"] = "soon",
            ["nonsense"] = "1",
        }));
        Assert.Equal(5, failure.Faults.Count);
        Assert.All(failure.Faults, fault => Assert.Contains(fault, failure.Message, StringComparison.Ordinal));
        Assert.Contains(failure.Faults, fault => fault.Contains("StartAt", StringComparison.Ordinal));
        Assert.Contains(failure.Faults, fault => fault.Contains("'bootstrap.servers' is not set", StringComparison.Ordinal));
        Assert.Contains(failure.Faults, fault => fault.Contains("session.timeout.ms", StringComparison.Ordinal) && fault.Contains("soon", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_that_contradict_idempotence_are_faults_until_it_is_off()
    {
        Assert.Contains("an idempotent producer needs 'all'", Assert.Single(Faults(ClientRole.Producer, ("acks", "1"))), StringComparison.Ordinal);
        Assert.Single(Faults(ClientRole.Producer, ("max.in.flight", "6")));
        Assert.Single(Faults(ClientRole.Producer, ("message.send.max.retries", "0")));
        Assert.Empty(Faults(ClientRole.Producer, ("acks", "1"), ("EnableIdempotence", "false")));
    }

    [Fact]
    public void Tokens_that_nobody_gives_are_a_fault()
    {
        (string, string)[] asked = [("security.protocol", "sasl_ssl"), ("sasl.mechanism", "OAUTHBEARER")];
        Assert.Contains("nothing gives tokens", Assert.Single(Faults(ClientRole.Producer, asked)), StringComparison.Ordinal);
        Assert.Empty(ClientSettings.Check(ClientRole.Producer, User(asked), new() { GetToken = static _ => throw new NotSupportedException() }));
        Assert.Empty(Faults(ClientRole.Producer, [.. asked, ("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.token.endpoint.url", "https://localhost/token")]));
        Assert.Contains("is given like any other", Faults(ClientRole.Admin, ("enable.sasl.oauthbearer.unsecure.jwt", "true"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_gets_only_what_is_for_its_kind()
    {
        (string, string)[] mixed = [("linger.ms", "1"), ("group.id", "g"), ("group.instance.id", "i"), ("fetch.min.bytes", "2"), ("sasl.password", "s")];
        Assert.Equal(["fetch.min.bytes", "group.id", "group.instance.id", "sasl.password"], Given(ClientRole.Membership, mixed));
        Assert.Equal(["fetch.min.bytes", "group.id", "sasl.password"], Given(ClientRole.Fetch, mixed));
        Assert.Equal(["linger.ms", "sasl.password"], Given(ClientRole.Producer, mixed));
        Assert.Equal(["sasl.password"], Given(ClientRole.Admin, mixed));
    }

    [Fact]
    public void The_new_group_protocol_gets_no_classic_assignor()
    {
        Assert.Equal("cooperative-sticky", For(ClientRole.Membership).Values["partition.assignment.strategy"]);
        Assert.DoesNotContain("partition.assignment.strategy", For(ClientRole.Membership, ("GroupProtocol", "Consumer")).Values.Keys);
    }

    [Fact]
    public void Secrets_are_never_shown()
    {
        var described = For(ClientRole.Producer, ("SaslPassword", "hidden"), ("ssl.key.password", "hidden"), ("sasl.oauthbearer.client.secret", "hidden")).Describe();
        Assert.DoesNotContain("hidden", described, StringComparison.Ordinal);
        Assert.Contains("sasl.password=***", described, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_the_usual_client_is_known_and_of_its_kind()
    {
        Assert.DoesNotContain(NamesOf<ProducerConfig>(), setting => setting.Name is null || !SettingNames.ProducerOnly.Contains(setting.Name));
        Assert.DoesNotContain(NamesOf<ConsumerConfig>(), setting => setting.Name is null || !SettingNames.ConsumerOnly.Contains(setting.Name));
        Assert.DoesNotContain(NamesOf<ClientConfig>(), setting => setting.Name is null);
    }

    // What that client's class for one kind adds, except its own settings and those of share groups, which we do not offer.
    private static IEnumerable<(string Property, string? Name)> NamesOf<T>()
    {
        string[] notOurs =
        [
            "CancellationDelayMaxMs", "ConsumeResultFields", "EnableBackgroundPoll", "EnableDeliveryReports", "DeliveryReportFields", "MaxPollRecords",
            "ShareAcknowledgementMode",
        ];
        return typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(property => property.CanWrite && !notOurs.Contains(property.Name))
            .Select(property => (property.Name, SettingNames.Find(property.Name)));
    }

    private static IEnumerable<string> Given(ClientRole role, params (string Name, string Value)[] user)
    {
        var settings = For(role, user);
        return user.Select(setting => setting.Name).Where(settings.Values.ContainsKey).Order(StringComparer.Ordinal);
    }

    private static ClientSettings For(ClientRole role, params (string Name, string Value)[] user) => ClientSettings.For(role, User(user));

    private static IReadOnlyList<string> Faults(ClientRole role, params (string Name, string Value)[] user) => ClientSettings.Check(role, User(user));

    private static Dictionary<string, string> User((string Name, string Value)[] user)
    {
        var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "127.0.0.1:1" };
        foreach (var (name, value) in user)
        {
            settings[name] = value;
        }

        return settings;
    }
}
