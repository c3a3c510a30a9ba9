using System.Globalization;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeConfigs: v1-4, flexible from v4.
//   1  source of a value, and its synonyms
//   3  type and documentation of a setting (KIP-569)

internal sealed class DescribeConfigsRequest : IWireMessage
{
    public List<Resource> Resources = [];
    public bool IncludeSynonyms;
    public bool IncludeDocumentation;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Array(ref Resources, version);
        wire.Bool(ref IncludeSynonyms);
        if (version >= 3)
        {
            wire.Bool(ref IncludeDocumentation);
        }

        wire.Tags();
    }

    internal sealed class Resource : IWireMessage
    {
        public sbyte Type;
        public string Name = string.Empty;
        public List<string>? Keys;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.NullableStringArray(ref Keys);
            wire.Tags();
        }
    }
}

internal sealed class DescribeConfigsResponse : IWireMessage
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
        public ErrorCode Error;
        public string? ErrorMessage;
        public sbyte Type;
        public string Name = string.Empty;
        public List<Setting> Settings = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.Array(ref Settings, version);
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
        public List<Synonym> Synonyms = [];
        public sbyte Type;
        public string? Documentation;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Bool(ref IsReadOnly);
            wire.Int8(ref Source);
            wire.Bool(ref IsSensitive);
            wire.Array(ref Synonyms, version);
            if (version >= 3)
            {
                wire.Int8(ref Type);
                wire.NullableString(ref Documentation);
            }

            wire.Tags();
        }
    }

    internal sealed class Synonym : IWireMessage
    {
        public string Name = string.Empty;
        public string? Value;
        public sbyte Source;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Int8(ref Source);
            wire.Tags();
        }
    }
}

internal sealed class DescribeConfigsHandler()
    : RequestHandler<DescribeConfigsRequest, DescribeConfigsResponse>(KafkaApi.DescribeConfigs, minVersion: 1, maxVersion: 4, firstFlexible: 4)
{
    protected override ValueTask<DescribeConfigsResponse?> HandleAsync(RequestContext context, DescribeConfigsRequest request) => new(new DescribeConfigsResponse
    {
        Results = request.Resources.ConvertAll(resource => Describe(context.Broker, resource, request.IncludeSynonyms)),
    });

    private static DescribeConfigsResponse.Result Describe(BrokerState broker, DescribeConfigsRequest.Resource resource, bool includeSynonyms)
    {
        var result = new DescribeConfigsResponse.Result { Type = resource.Type, Name = resource.Name };
        switch ((ResourceType)resource.Type)
        {
            case ResourceType.Topic when broker.Topics.TryGet(resource.Name, out var topic):
                result.Settings = Select(SettingDescription.Of(topic.Settings), resource.Keys, includeSynonyms);
                break;
            case ResourceType.Topic:
                result.Error = TopicName.FaultOf(resource.Name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic;
                result.ErrorMessage = $"There is no topic '{resource.Name}'.";
                break;
            case ResourceType.Broker when resource.Name == BrokerState.NodeId.ToString(CultureInfo.InvariantCulture):
                result.Settings = Select(BrokerSettings.Describe(broker), resource.Keys, includeSynonyms);
                break;
            case ResourceType.Broker when resource.Name.Length == 0:
                // The cluster-wide dynamic settings: nothing can be set there.
                break;
            default:
                result.Error = ErrorCode.InvalidRequest;
                result.ErrorMessage = $"This development broker describes topics and broker {BrokerState.NodeId}, not resource '{resource.Name}' of type {resource.Type}.";
                break;
        }

        return result;
    }

    private static List<DescribeConfigsResponse.Setting> Select(IEnumerable<SettingDescription> settings, List<string>? names, bool includeSynonyms) =>
    [
        .. settings.Where(setting => names is null || names.Contains(setting.Name)).Select(setting => new DescribeConfigsResponse.Setting
        {
            Name = setting.Name,
            Value = setting.Value,
            Source = (sbyte)setting.Source,
            Type = (sbyte)setting.Type,
            IsReadOnly = setting.Source == SettingSource.Broker,
            Synonyms = includeSynonyms
                ? [.. setting.Synonyms.Select(synonym => new DescribeConfigsResponse.Synonym { Name = synonym.Name, Value = synonym.Value, Source = (sbyte)synonym.Source })]
                : [],
        }),
    ];
}
