using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// CreatePartitions: v0-3, flexible from v2. The response must list every topic of the request, or Java's client waits for it.

internal sealed class CreatePartitionsRequest : IWireMessage
{
    public List<Topic> Topics = [];
    public int TimeoutMs;
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
        public int Count;
        public List<Assignment>? Assignments;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Int32(ref Count);
            wire.NullableArray(ref Assignments, version);
            wire.Tags();
        }
    }

    internal sealed class Assignment : IWireMessage
    {
        public List<int> Brokers = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32Array(ref Brokers);
            wire.Tags();
        }
    }
}

internal sealed class CreatePartitionsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Result> Results = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref Results, version);
        wire.Tags();
    }

    internal sealed class Result : IWireMessage
    {
        public string Name = string.Empty;
        public ErrorCode Error;
        public string? ErrorMessage;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.Tags();
        }
    }
}

internal sealed class CreatePartitionsHandler()
    : RequestHandler<CreatePartitionsRequest, CreatePartitionsResponse>(KafkaApi.CreatePartitions, minVersion: 0, maxVersion: 3, firstFlexible: 2)
{
    protected override ValueTask<CreatePartitionsResponse?> HandleAsync(RequestContext context, CreatePartitionsRequest request) => new(new CreatePartitionsResponse
    {
        Results = request.Topics.ConvertAll(topic => Grow(context.Broker.Topics, topic, request.ValidateOnly)),
    });

    private static CreatePartitionsResponse.Result Grow(TopicCatalogue topics, CreatePartitionsRequest.Topic wanted, bool validateOnly)
    {
        if (!topics.TryGet(wanted.Name, out var topic))
        {
            return Refuse(wanted, ErrorCode.UnknownTopicOrPartition, $"There is no topic '{wanted.Name}'.");
        }

        var current = topic.Partitions.Count;
        if (wanted.Count <= current || wanted.Count > TopicCatalogue.MaxPartitions)
        {
            return Refuse(wanted, ErrorCode.InvalidPartitions, wanted.Count <= current
                ? $"The topic {wanted.Name} currently has {current} partition(s); {wanted.Count} would not be an increase."
                : $"The topic {wanted.Name} cannot have {wanted.Count} partitions; the most are {TopicCatalogue.MaxPartitions}.");
        }

        if (wanted.Assignments is { } assignments && (assignments.Count != wanted.Count - current || assignments.Any(one => one.Brokers is not [BrokerState.NodeId])))
        {
            return Refuse(
                wanted, ErrorCode.InvalidReplicaAssignment, $"{wanted.Count - current} partition(s) are added; each must be assigned to broker {BrokerState.NodeId}, the only one.");
        }

        return validateOnly || topics.Grow(topic, wanted.Count)
            ? new CreatePartitionsResponse.Result { Name = wanted.Name }
            : Refuse(wanted, ErrorCode.InvalidPartitions, $"The topic grew to {topic.Partitions.Count} partitions meanwhile.");
    }

    private static CreatePartitionsResponse.Result Refuse(CreatePartitionsRequest.Topic wanted, ErrorCode error, string message) =>
        new() { Name = wanted.Name, Error = error, ErrorMessage = message };
}
