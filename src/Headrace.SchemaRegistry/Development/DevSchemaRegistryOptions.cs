namespace Headrace;

/// <summary>How a schema registry for development runs.</summary>
public sealed class DevSchemaRegistryOptions
{
    /// <summary>The TCP port on 127.0.0.1. Default: 0, one that is free.</summary>
    public int Port { get; set; }

    /// <summary>The folder where schemas are kept. Default: none, they are gone when it is disposed.</summary>
    public string? Folder { get; set; }

    /// <summary>Deletes what the folder holds of an earlier registry. Default: no.</summary>
    public bool DeleteDataFirst { get; set; }
}
