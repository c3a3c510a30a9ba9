using System.CommandLine;
using Headrace.Cli.Output;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Headrace.Cli.Dev;

/// <summary><c>headrace dev</c>: a development broker in a folder, until Ctrl-C.</summary>
internal sealed class DevCommand : Command
{
    private const string DefaultFolder = ".headrace";

    private readonly Option<int> _port = new("--port") { HelpName = "PORT", Description = "The broker's port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 9092 };

    private readonly Option<string> _data = new("--data")
    {
        HelpName = "FOLDER",
        Description = "The folder that keeps topics, records and offsets.",
        DefaultValueFactory = _ => DefaultFolder,
    };

    private readonly Option<bool> _memory = new("--memory") { Description = "Keeps everything in memory instead; it is gone at the end." };

    private readonly Option<bool> _fresh = new("--fresh") { Description = "Deletes what the folder holds first." };

    private readonly Option<DiskFlush> _flush = new("--flush")
    {
        Description = "When data are brought to the disk. Never survives the end of the process, not a loss of power.",
        DefaultValueFactory = _ => DiskFlush.Never,
    };

    private readonly Option<int?> _control = new("--control-port") { HelpName = "PORT", Description = "A port on 127.0.0.1 to set faults by HTTP; 0 takes a free one. Default: none." };

    private readonly Option<int?> _registry = new("--registry-port") { HelpName = "PORT", Description = "Runs a schema registry beside it, at this port on 127.0.0.1, in the same folder; 0 takes a free one. Default: none." };

    private readonly Option<int?> _partitions = new("--partitions") { HelpName = "N", Description = "Partitions of a topic that is created without saying how many. Default: 6, or 1 with --strict." };

    private readonly Option<bool> _strict = new("--strict") { Description = "Uses Kafka's own timings and limits, where the usual ones are kinder to tests." };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Logs what groups, transactions and faults do, to standard error." };

    private readonly Option<bool> _json = new("--json") { Description = "Says where the broker is as one line of JSON." };

    public DevCommand()
        : base("dev", "Runs a development broker: Kafka's protocol on one node, for development and tests, without Java and without Docker. Ctrl-C ends it.")
    {
        Option[] options = [_port, _data, _memory, _fresh, _flush, _control, _registry, _partitions, _strict, _verbose, _json];
        foreach (var option in options)
        {
            Add(option);
        }

        SetAction((parsed, stopping) => HeadraceCommand.GuardAsync(() => RunAsync(parsed, stopping)));
    }

    private async Task RunAsync(ParseResult given, CancellationToken stopping)
    {
        using var loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(given.GetValue(_verbose) ? LogLevel.Information : LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var options = given.GetValue(_strict) ? DevBrokerOptions.Strict() : new DevBrokerOptions();
        options.Port = given.GetValue(_port);
        options.DataFolder = given.GetValue(_memory) ? null : given.GetValue(_data);
        options.DeleteDataFirst = given.GetValue(_fresh);
        options.Flush = given.GetValue(_flush);
        options.ControlPort = given.GetValue(_control);
        options.DefaultPartitions = given.GetValue(_partitions) ?? options.DefaultPartitions;
        options.Loggers = loggers;
        await using var broker = await DevBroker.StartAsync(options, stopping);
        await using var registry = await RegistryAsync(given, options, stopping);
        var folder = options.DataFolder is { } path ? Path.GetFullPath(path) : null;
        new Result(given.GetValue(_json)).Write(
            new DevBrokerStatus(broker.BootstrapServers, folder, broker.ControlAddress, registry?.Url, Environment.ProcessId), DevJson.Default.DevBrokerStatus, Render);
        await WaitAsync(stopping);
    }

    private async Task<DevSchemaRegistry?> RegistryAsync(ParseResult given, DevBrokerOptions broker, CancellationToken stopping) => given.GetValue(_registry) is { } port
        ? await DevSchemaRegistry.StartAsync(new() { Port = port, Folder = broker.DataFolder, DeleteDataFirst = broker.DeleteDataFirst }, stopping)
        : null;

    private static async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, or a signal.
        }
    }

    private static Grid Render(DevBrokerStatus status)
    {
        var grid = new Grid().AddColumn().AddColumn();
        grid.AddRow(Label("Kafka"), new Text(status.BootstrapServers));
        grid.AddRow(Label("data"), new Text(status.Data ?? "in memory"));
        if (status.ControlAddress is { } control)
        {
            grid.AddRow(Label("faults"), new Text($"{control}faults"));
        }

        if (status.SchemaRegistry is { } registry)
        {
            grid.AddRow(Label("schemas"), new Text(registry));
        }

        return grid.AddRow(Label("end"), new Text("Ctrl-C. It is for development and tests; production is Apache Kafka."));
    }

    private static Markup Label(string text) => new($"[bold]{text}[/]");
}
