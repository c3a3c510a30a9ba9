using System.CommandLine;

namespace Storefront.Startup;

/// <summary>Reads the command line. Faults are printed with what to do; nothing has been started by then.</summary>
internal sealed class StorefrontCommand
{
    private const int DefaultPort = 5080;
    private const string DataVariable = "STOREFRONT_DATA";

    private readonly Option<int?> _port = new("--port")
    {
        HelpName = "PORT",
        Description = $"Port of the HTTP server: the shop, its page, /status and health. Default: {DefaultPort} with the shop, else a free port that is printed.",
    };

    private readonly Option<int> _brokerPort = new("--broker-port")
    {
        HelpName = "PORT",
        Description = "Port of the development broker.",
        DefaultValueFactory = _ => 9092,
    };

    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "FOLDER",
        Description = $"Where the development broker of this process keeps its data. Default: what {DataVariable} names (./run sets it), or nothing but memory.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(DataVariable),
    };

    private readonly Option<bool> _fresh = new("--fresh") { Description = "Begins with an empty development broker: what its folder holds is deleted." };

    private readonly Option<string?> _kafka = new("--kafka")
    {
        HelpName = "HOST:PORT",
        Description = "HOST:PORT of a Kafka cluster. Without it the development broker is used: this process's own, or another's on --broker-port.",
    };

    private readonly Option<EventFormat> _format = new("--format")
    {
        HelpName = "json|avro|protobuf",
        Description = "What events are in Kafka. avro and protobuf keep their schemas in a registry. Default: json.",
    };

    private readonly Option<string?> _registry = new("--registry") { HelpName = "URL", Description = "A schema registry. Default: one for development, started beside the development broker." };

    private readonly Option<int> _registryPort = new("--registry-port") { HelpName = "PORT", Description = "Port of the development schema registry.", DefaultValueFactory = _ => 8081 };

    private readonly Option<string[]> _roles = new("--role")
    {
        HelpName = "ROLES",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
    };

    private readonly Option<int> _traffic = new("--traffic") { HelpName = "N", Description = "Posts this many realistic orders a second to the shop of this process." };

    private readonly Option<FileInfo> _replay = new("--replay")
    {
        HelpName = "FILE",
        Description = "Posts a file of JSON lines to the shop of this process; an orderId that begins with C is a cancellation.",
    };

    private readonly Option<int> _rate = new("--rate") { HelpName = "N", Description = "With --replay: at most this many lines a second. Default: as fast as they are answered." };

    private readonly Option<bool> _exit = new("--exit") { Description = "With --replay: ends when all is posted and the groups of this process have caught up." };

    private readonly IReadOnlyList<string> _known;

    public StorefrontCommand(IEnumerable<GroupRole> groups)
    {
        _known = [StorefrontOptions.ShopRole, .. groups.Select(group => group.Name), StorefrontOptions.BrokerRole];
        _roles.Description = $"Which parts this process runs: {string.Join(", ", _known)}; separated by commas. Default: all, without 'broker' where --kafka is given.";
    }

    /// <summary>The options, or nothing when help or faults were printed; then the process ends with <paramref name="exitCode"/>.</summary>
    public StorefrontOptions? Parse(string[] args, out int exitCode)
    {
        var root = new RootCommand("Storefront: a small shop on Headrace. HTTP events go into Kafka and come out, in order, in three consumer groups.")
        {
            _port, _brokerPort, _data, _fresh, _kafka, _format, _registry, _registryPort, _roles, _traffic, _replay, _rate, _exit,
        };
        StorefrontOptions? options = null;
        root.SetAction(parsed =>
        {
            options = Bind(parsed);
            string[] faults = [.. Faults(options, parsed)];
            return Report(faults.Length > 0 ? faults : PortCheck.Faults(options));
        });
        var result = root.Parse(args);
        exitCode = result.Errors.Count > 0 ? Report(result.Errors.Select(error => error.Message)) : result.Invoke();
        return exitCode == 0 ? options : null;
    }

    private static int Report(IEnumerable<string> faults)
    {
        var exitCode = 0;
        foreach (var fault in faults)
        {
            Console.Error.WriteLine(fault);
            exitCode = 2;
        }

        if (exitCode != 0)
        {
            Console.Error.WriteLine("Nothing was started. --help shows what there is.");
        }

        return exitCode;
    }

    private IEnumerable<string> Faults(StorefrontOptions options, ParseResult given)
    {
        (bool Wrong, string Fault)[] rules =
        [
            (options.Port is < 0 or > 65535, $"--port is {options.Port}. It has to be from 0 (a free port) to 65535."),
            (options.BrokerPort is < 1 or > 65535, $"--broker-port is {options.BrokerPort}. It has to be from 1 to 65535."),
            (options.RegistryPort is < 1 or > 65535, $"--registry-port is {options.RegistryPort}. It has to be from 1 to 65535."),
            (options.Format == EventFormat.Json && (given.GetResult(_registry) is not null || given.GetResult(_registryPort) is { Implicit: false }),
                "--registry and --registry-port say where schemas are, and --format json has none. Add --format avro or protobuf, or leave them out."),
            (!options.Kafka.Split(',').All(IsAddress), $"--kafka is '{options.Kafka}'. It has to be HOST:PORT, several separated by commas."),
            (given.GetResult(_kafka) is not null && options.Runs(StorefrontOptions.BrokerRole),
                "--kafka names another broker, and --role starts one. Leave one of them out."),
            (given.GetResult(_traffic) is not null && options.Traffic < 1, $"--traffic is {options.Traffic}. It has to be at least 1."),
            (given.GetResult(_rate) is not null && options.Rate < 1, $"--rate is {options.Rate}. It has to be at least 1."),
            (options.Traffic > 0 && !options.Runs(StorefrontOptions.ShopRole),
                "--traffic posts to the shop of this process, which --role leaves out. Add 'shop' to --role."),
            (options.Replay is not null && !options.Runs(StorefrontOptions.ShopRole),
                "--replay posts to the shop of this process, which --role leaves out. Add 'shop' to --role."),
            (options.Replay is { Exists: false }, $"--replay is '{options.Replay}', and there is no such file."),
            (options.Replay is null && (options.Rate > 0 || options.Exit), "--rate and --exit say how to replay. Add --replay FILE, or leave them out."),
        ];
        return options.Roles.Except(_known)
            .Select(unknown => $"'{unknown}' is no role. --role takes {string.Join(", ", _known)}, separated by commas.")
            .Concat(rules.Where(rule => rule.Wrong).Select(rule => rule.Fault));
    }

    private static bool IsAddress(string address) =>
        address.LastIndexOf(':') is > 0 and var colon && int.TryParse(address.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535;

    private StorefrontOptions Bind(ParseResult given)
    {
        var kafka = given.GetValue(_kafka);
        HashSet<string> roles = given.GetValue(_roles) is { Length: > 0 } asked
            ? [.. asked]
            : [.. _known.Where(role => kafka is null || role != StorefrontOptions.BrokerRole)];
        return new()
        {
            Port = given.GetValue(_port) ?? (roles.Contains(StorefrontOptions.ShopRole) ? DefaultPort : 0),
            BrokerPort = given.GetValue(_brokerPort),
            Data = given.GetValue(_data) is { Length: > 0 } data ? data : null,
            Fresh = given.GetValue(_fresh),
            Kafka = kafka ?? $"127.0.0.1:{given.GetValue(_brokerPort)}",
            Format = given.GetValue(_format),
            RegistryPort = given.GetValue(_registryPort),
            Registry = given.GetValue(_registry) ?? (roles.Contains(StorefrontOptions.BrokerRole) ? null : $"http://127.0.0.1:{given.GetValue(_registryPort)}"),
            Roles = roles,
            Traffic = given.GetValue(_traffic),
            Replay = given.GetValue(_replay),
            Rate = given.GetValue(_rate),
            Exit = given.GetValue(_exit),
        };
    }
}
