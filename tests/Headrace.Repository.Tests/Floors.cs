namespace Headrace.Repository;

/// <summary>The floors, lowest first: what a project may refer to, and the order of the folders inside it.</summary>
internal static class Floors
{
    /// <summary>Every project under src, with the projects that it may refer to.</summary>
    public static IReadOnlyDictionary<string, string[]> Projects { get; } = new Dictionary<string, string[]>
    {
        ["Headrace.DevBroker"] = [],
        ["Headrace.Core"] = [],
        ["Headrace"] = ["Headrace.Core"],
        ["Headrace.AspNetCore"] = ["Headrace", "Headrace.Core"],
        ["Headrace.SchemaRegistry"] = ["Headrace"],
        ["Headrace.Testing"] = ["Headrace", "Headrace.DevBroker"],
        ["Headrace.Cli"] = ["Headrace.DevBroker", "Headrace", "Headrace.SchemaRegistry"],
    };

    /// <summary>A file may use types of its own or an earlier folder, never of a later one. Projects that are not named are flat.</summary>
    public static IReadOnlyDictionary<string, string[]> Folders { get; } = new Dictionary<string, string[]>
    {
        ["Headrace.DevBroker"] = ["Diagnostics", "Wire", "Records", "Storage", "Log", "Topics", "Groups", "Transactions", "Requests", "Faults", "Control", "Server", "Hosting"],
        ["Headrace.Core"] = ["Diagnostics", "Records", "OffsetMaps", "Clients", "Producing", "Consuming"],
        ["Headrace.SchemaRegistry"] =
        [
            "Compatibility", "Avro/Binary", "Avro/Schemas", "Avro/Resolution", "Avro/Generic", "Avro/Mapping", "Avro/Codecs", "Avro/Compatibility",
            "Json/Values", "Json/Validation", "Json/Mapping", "Json/Compatibility", "Protobuf/Text", "Protobuf/Schemas", "Protobuf/Compatibility", "Registry", "Kinds", "Files", "Development", "Formats", "Hosting",
        ],
        ["Headrace"] = ["Formats", "Filters", "Handlers", "Topology", "Failures", "Pipeline", "Producing", "Redriving", "Hosting"],
        ["Headrace.Cli"] = ["Output", "Dev", "Schemas", "Dlt"],
    };
}
