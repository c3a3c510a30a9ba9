using System.Runtime.CompilerServices;
using Headrace;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Maps consumer groups on a host.</summary>
public static class HeadraceHostExtensions
{
    /// <summary>Maps a consumer group; its name is Kafka's <c>group.id</c>. Mapping it again returns the same group.</summary>
    /// <param name="host">The host, built.</param>
    /// <param name="name">The group's name; it becomes part of topic names, so letters, digits, '.', '_' and '-' only.</param>
    /// <param name="cluster">The cluster's name, as given to <c>AddHeadrace</c>. Default: the first.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="InvalidOperationException">There is no such cluster, or the application has started.</exception>
    public static ConsumerGroupBuilder MapConsumerGroup(
        this IHost host, string name, string? cluster = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var topology = cluster is null ? host.Services.GetService<HeadraceTopology>() : host.Services.GetKeyedService<HeadraceTopology>(cluster);
        return topology?.MapConsumerGroup(name, file, line) ?? throw new InvalidOperationException(
            cluster is null
                ? $"Group '{name}' cannot be mapped, because the application has no cluster. Call builder.AddHeadrace(\"kafka\") before Build()."
                : $"Group '{name}' cannot be mapped on the cluster '{cluster}', which the application does not have. Call builder.AddHeadrace(\"{cluster}\") before Build().");
    }
}
