using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// CreateTopics: v2-7, flexible from v5.
//   4  partitions and replicas may be -1: the broker's default (KIP-464)
//   5  partitions, replicas and settings of the new topic in the response (KIP-525)
//   7  topic id in the response

internal sealed class CreateTopicsRequest : IWireMessage
{
    public List<Topic> Topics = [];
    public int TimeoutMs = 60_000;
    public bool ValidateOnly;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Array(ref Topics, version);
        wire.Int32(ref TimeoutMs);
        wire.Bool(ref ValidateOnly);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public int Partitions;
        public short Replicas;
        public List<Assignment> Assignments = [];
        public List<Setting> Settings = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Int32(ref Partitions);
            wire.Int16(ref Replicas);
            wire.Array(ref Assignments, version);
            wire.Array(ref Settings, version);
            wire.Tags();
        }
    }

    internal sealed class Assignment : IWireMessage
    {
        public int Partition;
        public List<int> Brokers = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Partition);
            wire.Int32Array(ref Brokers);
            wire.Tags();
        }
    }

    internal sealed class Setting : IWireMessage
    {
        public string Name = string.Empty;
        public string? Value;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Tags();
        }
    }
}

internal sealed class CreateTopicsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref Topics, version);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public Guid Id;
        public ErrorCode Error;
        public string? ErrorMessage;
        public int Partitions = -1;
        public short Replicas = -1;
        public List<Setting>? Settings = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            if (version >= 7)
            {
                wire.Uuid(ref Id);
            }

            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            if (version >= 5)
            {
                wire.Int32(ref Partitions);
                wire.Int16(ref Replicas);
                wire.NullableArray(ref Settings, version);
            }

            wire.Tags();
        }
    }

    internal sealed class Setting : IWireMessage
    {
        public string Name = string.Empty;
        public string? Value;
        public bool IsReadOnly;
        public sbyte Source = -1;
        public bool IsSensitive;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Bool(ref IsReadOnly);
            wire.Int8(ref Source);
            wire.Bool(ref IsSensitive);
            wire.Tags();
        }
    }
}

internal sealed class CreateTopicsHandler()
    : RequestHandler<CreateTopicsRequest, CreateTopicsResponse>(KafkaApi.CreateTopics, minVersion: 2, maxVersion: 7, firstFlexible: 5)
{
    protected override ValueTask<CreateTopicsResponse?> HandleAsync(RequestContext context, CreateTopicsRequest request)
    {
        var repeated = request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        return new(new CreateTopicsResponse
        {
            Topics = [.. request.Topics.DistinctBy(topic => topic.Name).Select(topic => repeated.Contains(topic.Name)
                ? Refuse(topic, ErrorCode.InvalidRequest, "The topic is named more than once in the request.")
                : Create(context.Broker.Topics, topic, request.ValidateOnly))],
        });
    }

    private static CreateTopicsResponse.Topic Create(TopicCatalogue topics, CreateTopicsRequest.Topic wanted, bool validateOnly)
    {
        if (FaultOf(topics, wanted) is var (error, message))
        {
            return Refuse(wanted, error, message);
        }

        var partitions = wanted.Assignments.Count > 0 ? wanted.Assignments.Count : wanted.Partitions == -1 ? topics.DefaultPartitions : wanted.Partitions;
        var settings = new TopicSettings(wanted.Settings.ToDictionary(setting => setting.Name, setting => setting.Value!, StringComparer.Ordinal));
        var created = validateOnly ? null : topics.Create(wanted.Name, partitions, settings);
        if (!validateOnly && created is null)
        {
            return AlreadyExists(wanted);
        }

        return new CreateTopicsResponse.Topic
        {
            Name = wanted.Name,
            Id = created?.Id ?? Guid.Empty,
            Partitions = partitions,
            Replicas = 1,
            Settings = [.. SettingDescription.Of(settings).Select(setting => new CreateTopicsResponse.Setting
            {
                Name = setting.Name,
                Value = setting.Value,
                Source = (sbyte)setting.Source,
            })],
        };
    }

    private static (ErrorCode Error, string Message)? FaultOf(TopicCatalogue topics, CreateTopicsRequest.Topic wanted)
    {
        if (TopicName.FaultOf(wanted.Name) is { } nameFault)
        {
            return (ErrorCode.InvalidTopic, nameFault);
        }

        if (topics.TryGet(wanted.Name, out _))
        {
            return (ErrorCode.TopicAlreadyExists, $"Topic '{wanted.Name}' already exists.");
        }

        if (topics.FindColliding(wanted.Name) is { } other)
        {
            return (ErrorCode.InvalidTopic, $"Topic '{wanted.Name}' collides with existing topic: {other}.");
        }

        return PlacementFaultOf(wanted) ?? SettingsFaultOf(wanted);
    }

    private static (ErrorCode Error, string Message)? PlacementFaultOf(CreateTopicsRequest.Topic wanted)
    {
        if (wanted.Assignments.Count > 0)
        {
            if (wanted.Partitions != -1 || wanted.Replicas != -1)
            {
                return (ErrorCode.InvalidRequest, "With replica assignments, partitions and replicas must both be -1.");
            }

            var numbers = wanted.Assignments.Select(assignment => assignment.Partition).Order();
            return numbers.SequenceEqual(Enumerable.Range(0, wanted.Assignments.Count)) && wanted.Assignments.All(one => one.Brokers is [BrokerState.NodeId])
                ? null
                : (ErrorCode.InvalidReplicaAssignment, $"Partitions must be numbered from 0 without gaps, each on broker {BrokerState.NodeId}, which is the only one.");
        }

        if (wanted.Partitions is < -1 or 0 or > TopicCatalogue.MaxPartitions)
        {
            return (ErrorCode.InvalidPartitions, $"The topic cannot have {wanted.Partitions} partitions; use 1 to {TopicCatalogue.MaxPartitions}, or -1 for the broker's default.");
        }

        return wanted.Replicas is -1 or 1
            ? null
            : (ErrorCode.InvalidReplicationFactor, $"The replication factor is {wanted.Replicas}; this development broker is one node. Use 1, or -1 for the default.");
    }

    private static (ErrorCode Error, string Message)? SettingsFaultOf(CreateTopicsRequest.Topic wanted)
    {
        foreach (var setting in wanted.Settings)
        {
            var fault = setting.Value is { } value ? TopicSettings.FaultOf(setting.Name, value) : $"Null value not supported for topic configs: {setting.Name}.";
            if (fault is not null)
            {
                return (ErrorCode.InvalidConfig, fault);
            }
        }

        return wanted.Settings.DistinctBy(setting => setting.Name).Count() == wanted.Settings.Count
            ? null
            : (ErrorCode.InvalidRequest, "A setting is named more than once.");
    }

    private static CreateTopicsResponse.Topic AlreadyExists(CreateTopicsRequest.Topic wanted) =>
        Refuse(wanted, ErrorCode.TopicAlreadyExists, $"Topic '{wanted.Name}' already exists.");

    private static CreateTopicsResponse.Topic Refuse(CreateTopicsRequest.Topic wanted, ErrorCode error, string message) =>
        new() { Name = wanted.Name, Error = error, ErrorMessage = message };
}
