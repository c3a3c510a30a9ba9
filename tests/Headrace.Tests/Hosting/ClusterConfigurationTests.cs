using Headrace.Hosting;
using Microsoft.Extensions.Configuration;

namespace Headrace.Tests.Hosting;

public sealed class ClusterConfigurationTests
{
    private readonly ClusterOptions _code = new();
    private readonly Dictionary<string, string?> _configured = new() { ["ConnectionStrings:kafka"] = "broker:9092" };
    private readonly List<string> _faults = [];

    private ClusterSettings Read(bool isDevelopment = false) => ClusterConfiguration.Read(
        "kafka", _code, new ConfigurationBuilder().AddInMemoryCollection(_configured).Build(), ["billing", "notifications"], isDevelopment, _faults);

    [Fact]
    public void Each_layer_wins_over_the_one_before()
    {
        _code.Client["client.id"] = "code";
        _code.Client["statistics.interval.ms"] = "1";
        _configured["Kafka:Client:client.id"] = "client";
        _configured["Kafka:Consumer:client.id"] = "consumer";
        _configured["Kafka:Producer:client.id"] = "producer";
        _configured["Kafka:Groups:billing:Client:client.id"] = "billing";

        var settings = Read();

        Assert.Empty(_faults);
        Assert.Equal("client", settings.Admin["client.id"]);
        Assert.Equal("producer", settings.Producer["client.id"]);
        Assert.Equal("consumer", settings.Consumer("notifications")["client.id"]);
        Assert.Equal("billing", settings.Consumer("billing")["client.id"]);
        Assert.Equal("1", settings.Consumer("billing")["statistics.interval.ms"]);
    }

    [Fact]
    public void Configuration_wins_over_code_even_where_code_is_nearer()
    {
        _code.Producer["client.id"] = "code";
        _configured["Kafka:Client:client.id"] = "configuration";

        Assert.Equal("configuration", Read().Producer["client.id"]);
    }

    [Fact]
    public void Security_is_inherited_everywhere()
    {
        _configured["Kafka:Client:security.protocol"] = "ssl";

        var settings = Read();

        Assert.All([settings.Admin, settings.Producer, settings.Consumer("billing")], client => Assert.Equal("ssl", client["security.protocol"]));
    }

    [Theory]
    [InlineData("sasl.password")]
    [InlineData("sasl_password")]
    [InlineData("SaslPassword")]
    [InlineData("sasl:password")]
    public void A_setting_is_one_however_it_is_written(string name)
    {
        _code.Client["sasl.password"] = "code";
        _configured[$"Kafka:Client:{name}"] = "configured";

        Assert.Equal("configured", Read().Admin["sasl.password"]);
    }

    [Fact]
    public void The_connection_string_is_the_address_unless_the_section_has_one()
    {
        _code.Client["bootstrap.servers"] = "code:1";
        Assert.Equal("broker:9092", Read().Address);

        _configured["Kafka:Client:BootstrapServers"] = "section:2";
        Assert.Equal("section:2", Read().Address);
    }

    [Fact]
    public void No_address_is_a_fault_that_says_where_to_set_it()
    {
        _configured.Clear();

        _ = Read();

        Assert.Contains("ConnectionStrings:kafka", Assert.Single(_faults), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_group_is_a_fault_with_the_nearest_name()
    {
        _configured["Kafka:Groups:biling:Workers"] = "3";

        _ = Read();

        var fault = Assert.Single(_faults);
        Assert.Contains("Kafka:Groups:biling", fault, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'billing'?", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Kafka:MisingTopics", "Wait", "MissingTopics")]
    [InlineData("Kafka:Groups:billing:Worker", "3", "Workers")]
    [InlineData("Kafka:Topics:orders:Partition", "3", "Partitions")]
    public void An_unknown_key_is_a_fault_with_the_nearest_name(string key, string value, string nearest)
    {
        _configured[key] = value;

        _ = Read();

        var fault = Assert.Single(_faults);
        Assert.Contains(key, fault, StringComparison.Ordinal);
        Assert.Contains($"Did you mean '{nearest}'?", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Kafka:Groups:billing:Workers", "0")]
    [InlineData("Kafka:Groups:billing:Workers", "many")]
    [InlineData("Kafka:Groups:billing:Paused", "2")]
    [InlineData("Kafka:Groups:billing:CommitInterval", "-00:00:01")]
    [InlineData("Kafka:MissingTopics", "Maybe")]
    [InlineData("Kafka:Topics:orders:Partitions", "-1")]
    public void A_value_that_does_not_fit_is_a_fault_that_shows_it(string key, string value)
    {
        _configured[key] = value;

        _ = Read();

        Assert.Contains($"{key} is '{value}'. It must be", Assert.Single(_faults), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_group_takes_on_is_configured_and_wins()
    {
        _code.Groups["billing"] = new() { Workers = 2, LookAheadRecords = 100 };
        _configured["kafka:groups:BILLING:workers"] = "7";

        var group = Read().Group("billing");

        Assert.Empty(_faults);
        Assert.Equal((7, 100), (group.Workers, group.LookAheadRecords));
    }

    [Fact]
    public void A_topic_is_created_with_the_partitions_that_are_configured()
    {
        _code.Topics["orders"] = new() { Partitions = 6 };
        _configured["Kafka:Topics:orders:Settings:retention.ms"] = "1000";
        _configured["Kafka:Topics:payments:Partitions"] = "12";

        var settings = Read();

        Assert.Equal(6, settings.Topic("orders").Partitions);
        Assert.Equal("1000", settings.Topic("orders").Settings["retention.ms"]);
        Assert.Equal(12, settings.Topic("payments").Partitions);
        Assert.Equal(-1, settings.Topic("users").Partitions);
    }

    [Fact]
    public void Missing_topics_are_created_in_Development_and_waited_for_elsewhere_unless_said()
    {
        Assert.Equal(MissingTopics.Wait, Read().MissingTopics);
        Assert.Equal(MissingTopics.Create, Read(isDevelopment: true).MissingTopics);

        _configured["Kafka:MissingTopics"] = "fail";
        Assert.Equal(MissingTopics.Fail, Read(isDevelopment: true).MissingTopics);
    }
}
