namespace Storefront.Startup;

/// <summary>What the command line says.</summary>
internal sealed class StorefrontOptions
{
    public const string ShopRole = "shop";
    public const string BrokerRole = "broker";

    /// <summary>Port of the HTTP server; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>Port of the development broker, here or in another process.</summary>
    public required int BrokerPort { get; init; }

    /// <summary>The folder that this process's development broker keeps its data in; null keeps them in memory.</summary>
    public string? Data { get; init; }

    /// <summary>Whether what the folder holds is deleted first.</summary>
    public bool Fresh { get; init; }

    /// <summary>Where Kafka is: what --kafka says, else the development broker.</summary>
    public required string Kafka { get; init; }

    /// <summary>What events are in Kafka.</summary>
    public EventFormat Format { get; init; }

    /// <summary>Port of the development schema registry, here or in another process.</summary>
    public int RegistryPort { get; init; }

    /// <summary>Another registry's address; null takes the one for development.</summary>
    public string? Registry { get; init; }

    /// <summary>Whether this process starts the schema registry: beside its broker, where the format needs one.</summary>
    public bool StartsRegistry => Format != EventFormat.Json && Registry is null && Roles.Contains(BrokerRole);

    public required IReadOnlySet<string> Roles { get; init; }

    public bool Runs(string role) => Roles.Contains(role);

    /// <summary>Orders a second to post; 0 posts none.</summary>
    public int Traffic { get; init; }

    /// <summary>A file of JSON lines to post.</summary>
    public FileInfo? Replay { get; init; }

    /// <summary>Lines a second to post at most; 0 is as fast as they are answered.</summary>
    public int Rate { get; init; }

    /// <summary>Whether the program ends when the replay has and its groups have caught up.</summary>
    public bool Exit { get; init; }
}
