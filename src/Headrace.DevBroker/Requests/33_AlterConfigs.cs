using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// AlterConfigs: v0-2, flexible from v2. What the request does not name goes back to its default. Settings of topics only.

internal sealed class AlterConfigsRequest : IWireMessage
{
    public List<Resource> Resources = [];
    public bool ValidateOnly;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Array(ref Resources, version);
        wire.Bool(ref ValidateOnly);
        wire.Tags();
    }

    internal sealed class Resource : IWireMessage
    {
        public sbyte Type;
        public string Name = string.Empty;
        public List<Setting> Settings = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
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

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Tags();
        }
    }
}

/// <summary>Also the response of IncrementalAlterConfigs, which has the same fields in every version.</summary>
internal sealed class AlterConfigsResponse : IWireMessage
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

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.Tags();
        }
    }
}

internal sealed class AlterConfigsHandler()
    : RequestHandler<AlterConfigsRequest, AlterConfigsResponse>(KafkaApi.AlterConfigs, minVersion: 0, maxVersion: 2, firstFlexible: 2)
{
    protected override ValueTask<AlterConfigsResponse?> HandleAsync(RequestContext context, AlterConfigsRequest request) => new(new AlterConfigsResponse
    {
        Results = request.Resources.ConvertAll(resource => SettingChanges.Apply(
            context.Broker.Topics, resource.Type, resource.Name, request.ValidateOnly, _ => Replace(resource.Settings))),
    });

    private static SettingChanges.Outcome Replace(List<AlterConfigsRequest.Setting> settings)
    {
        if (settings.Find(setting => setting.Value is null) is { } empty)
        {
            return SettingChanges.Outcome.Refused(ErrorCode.InvalidRequest, $"Null value not supported for topic configs: {empty.Name}.");
        }

        var set = new Dictionary<string, string>(StringComparer.Ordinal);
        settings.ForEach(setting => set[setting.Name] = setting.Value!);
        return SettingChanges.Outcome.Of(set);
    }
}
