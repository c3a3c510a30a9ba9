using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headrace.Cli.Dev;

/// <summary>What is said of a broker once it runs.</summary>
/// <param name="BootstrapServers">Where clients connect.</param>
/// <param name="Data">The folder that it keeps its data in; null: in memory.</param>
/// <param name="ControlAddress">Where its faults are set; null: nowhere.</param>
/// <param name="SchemaRegistry">Where its schema registry is; null: nowhere.</param>
/// <param name="ProcessId">This process.</param>
internal sealed record DevBrokerStatus(string BootstrapServers, string? Data, Uri? ControlAddress, string? SchemaRegistry, int ProcessId);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DevBrokerStatus))]
internal sealed partial class DevJson : JsonSerializerContext;
