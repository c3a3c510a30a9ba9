using Headrace.Handlers;

namespace Headrace.Topology;

/// <summary>A handler as it was mapped, checked.</summary>
internal sealed record HandlerModel
{
    public required string Name { get; init; }

    public required HandlerKind Kind { get; init; }

    public required IHandlerSource Source { get; init; }

    /// <summary>The name of its message type on the wire; empty when it has none.</summary>
    public required string WireName { get; init; }

    /// <summary>Where what it returns is produced to.</summary>
    public required string? Destination { get; init; }

    /// <summary>The filters around it, outermost first: the group's, the topic's, its own.</summary>
    public required IReadOnlyList<FilterSource> Filters { get; init; }

    /// <summary>Whether its messages are checked by their attributes.</summary>
    public required bool Validates { get; init; }

    public required IMessageFormat Format { get; init; }

    /// <summary>What is written of what it returns; <see langword="null"/> when nothing was said.</summary>
    public required IMessageFormat? ResultFormat { get; init; }

    /// <summary>How it wants its batches; <see langword="null"/> when it takes messages one by one.</summary>
    public required BatchLimits? Batch { get; init; }

    public required FailurePolicy Failures { get; init; }
}
