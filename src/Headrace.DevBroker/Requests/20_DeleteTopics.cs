using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DeleteTopics: v1-6, flexible from v4.
//   5  message of an error in the response
//   6  by name or by id

internal sealed class DeleteTopicsRequest : IWireMessage
{
    public List<Topic> Topics = [];
    public List<string> TopicNames = [];
    public int TimeoutMs;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 6)
        {
            wire.Array(ref Topics, version);
        }
        else
        {
            wire.StringArray(ref TopicNames);
        }

        wire.Int32(ref TimeoutMs);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string? Name;
        public Guid Id;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.NullableString(ref Name);
            wire.Uuid(ref Id);
            wire.Tags();
        }
    }
}

internal sealed class DeleteTopicsResponse : IWireMessage
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
        public string? Name;
        public Guid Id;
        public ErrorCode Error;
        public string? ErrorMessage;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.NullableString(ref Name);
            if (version >= 6)
            {
                wire.Uuid(ref Id);
            }

            wire.Error(ref Error);
            if (version >= 5)
            {
                wire.NullableString(ref ErrorMessage);
            }

            wire.Tags();
        }
    }
}

internal sealed class DeleteTopicsHandler()
    : RequestHandler<DeleteTopicsRequest, DeleteTopicsResponse>(KafkaApi.DeleteTopics, minVersion: 1, maxVersion: 6, firstFlexible: 4)
{
    protected override ValueTask<DeleteTopicsResponse?> HandleAsync(RequestContext context, DeleteTopicsRequest request)
    {
        var wanted = context.Version >= 6 ? request.Topics : request.TopicNames.ConvertAll(name => new DeleteTopicsRequest.Topic { Name = name });
        return new(new DeleteTopicsResponse { Results = wanted.ConvertAll(topic => Delete(context.Broker, topic)) });
    }

    private static DeleteTopicsResponse.Result Delete(BrokerState broker, DeleteTopicsRequest.Topic wanted)
    {
        var found = wanted.Name is { } name ? broker.Topics.TryGet(name, out var topic) : broker.Topics.TryGet(wanted.Id, out topic);
        if (!found)
        {
            return new DeleteTopicsResponse.Result
            {
                Name = wanted.Name,
                Id = wanted.Id,
                Error = wanted.Name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition,
                ErrorMessage = "There is no such topic.",
            };
        }

        broker.Topics.Delete(topic!);
        broker.Groups.ForgetTopic(topic!.Name);
        return new DeleteTopicsResponse.Result { Name = topic.Name, Id = topic.Id };
    }
}
