using System.CommandLine;

namespace Headrace.Cli.Output;

/// <summary>How a command reaches a cluster: the same options everywhere.</summary>
internal sealed class ClusterOptionSet
{
    private const string Default = "127.0.0.1:9092";

    private readonly Option<string> _kafka = new("--kafka")
    {
        HelpName = "HOST:PORT",
        Description = "Where Kafka is; several separated by commas. Default: ConnectionStrings__kafka of the environment, else 127.0.0.1:9092.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ConnectionStrings__kafka") is { Length: > 0 } address ? address : Default,
    };

    private readonly Option<string[]> _client = new("--client")
    {
        HelpName = "NAME=VALUE",
        Description = "A setting of the client library, for example security.protocol=sasl_ssl; may be given several times.",
    };

    public void AddTo(Command command)
    {
        command.Add(_kafka);
        command.Add(_client);
    }

    /// <summary>The client settings that were given.</summary>
    /// <exception cref="ArgumentException">One is not of the form NAME=VALUE.</exception>
    public IReadOnlyDictionary<string, string> Settings(ParseResult given)
    {
        var settings = new Dictionary<string, string> { ["bootstrap.servers"] = given.GetValue(_kafka)! };
        foreach (var pair in given.GetValue(_client) ?? [])
        {
            var (name, value) = Pairs.Split("--client", pair);
            settings[name] = value ?? throw Pairs.Fault("--client", pair);
        }

        return settings;
    }
}
