using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// IncrementalAlterConfigs: v0-1, flexible from v1 (KIP-339). Settings of topics only; those of the broker are fixed while it runs.

internal sealed class IncrementalAlterConfigsRequest : IWireMessage
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
        public List<Change> Changes = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.Array(ref Changes, version);
            wire.Tags();
        }
    }

    internal sealed class Change : IWireMessage
    {
        public string Name = string.Empty;
        public sbyte Operation;
        public string? Value;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Int8(ref Operation);
            wire.NullableString(ref Value);
            wire.Tags();
        }
    }
}

internal sealed class IncrementalAlterConfigsHandler()
    : RequestHandler<IncrementalAlterConfigsRequest, AlterConfigsResponse>(KafkaApi.IncrementalAlterConfigs, minVersion: 0, maxVersion: 1, firstFlexible: 1)
{
    protected override ValueTask<AlterConfigsResponse?> HandleAsync(RequestContext context, IncrementalAlterConfigsRequest request) => new(new AlterConfigsResponse
    {
        Results = request.Resources.ConvertAll(resource => SettingChanges.Apply(
            context.Broker.Topics, resource.Type, resource.Name, request.ValidateOnly, before => Change(before, resource.Changes))),
    });

    private static SettingChanges.Outcome Change(TopicSettings before, List<IncrementalAlterConfigsRequest.Change> changes)
    {
        var set = new Dictionary<string, string>(before.Set, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (!TopicSettings.Known.TryGetValue(change.Name, out var setting))
            {
                return SettingChanges.Outcome.Refused(ErrorCode.InvalidConfig, TopicSettings.FaultOf(change.Name, string.Empty)!);
            }

            var operation = (SettingOperation)change.Operation;
            if (operation == SettingOperation.Delete)
            {
                set.Remove(change.Name);
                continue;
            }

            if (change.Value is not { } value)
            {
                return SettingChanges.Outcome.Refused(ErrorCode.InvalidRequest, $"Null value not supported for: {change.Name}.");
            }

            if (operation is SettingOperation.Append or SettingOperation.Subtract && setting.Type != SettingType.List)
            {
                return SettingChanges.Outcome.Refused(ErrorCode.InvalidConfig, $"Can't {operation.ToString().ToUpperInvariant()} to key {change.Name} because its type is not LIST.");
            }

            var items = before[change.Name].Split(',', StringSplitOptions.RemoveEmptyEntries);
            var named = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            set[change.Name] = operation switch
            {
                SettingOperation.Append => string.Join(',', items.Union(named)),
                SettingOperation.Subtract => string.Join(',', items.Except(named)),
                _ => value,
            };
        }

        return SettingChanges.Outcome.Of(set);
    }
}
