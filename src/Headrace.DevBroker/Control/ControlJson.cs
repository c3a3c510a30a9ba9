using System.Text.Json;
using System.Text.Json.Serialization;
using Headrace.Broker.Faults;

namespace Headrace.Broker.Control;

/// <summary>A rule that is in force, as the control port shows it.</summary>
internal sealed record FaultStatus(int Id, int Hits, FaultRule Rule);

/// <summary>What is to be done at once: to a group's members, or to a topic's partitions.</summary>
internal sealed record ImmediateFault
{
    public required FaultAction Action { get; init; }

    public string? Group { get; init; }

    public string? Member { get; init; }

    public string? Topic { get; init; }

    public int? Partition { get; init; }

    public string? TransactionalId { get; init; }

    /// <summary>How long an outage takes.</summary>
    public double Milliseconds { get; init; }
}

/// <summary>Whether an immediate fault met what it names, or why a request was not understood.</summary>
internal sealed record ControlAnswer(bool Done, string? Error = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(FaultStatus))]
[JsonSerializable(typeof(IReadOnlyList<FaultStatus>))]
[JsonSerializable(typeof(ImmediateFault))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
