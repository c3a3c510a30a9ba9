using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

/// <summary>Changes the settings of a topic, for both requests that do so.</summary>
internal static class SettingChanges
{
    public static AlterConfigsResponse.Result Apply(TopicCatalogue topics, sbyte type, string name, bool validateOnly, Func<TopicSettings, Outcome> change)
    {
        var result = new AlterConfigsResponse.Result { Type = type, Name = name };
        if ((ResourceType)type != ResourceType.Topic)
        {
            result.Error = ErrorCode.InvalidRequest;
            result.ErrorMessage = "This development broker changes the settings of topics only; its own are fixed while it runs.";
            return result;
        }

        if (!topics.TryGet(name, out var topic))
        {
            result.Error = ErrorCode.UnknownTopicOrPartition;
            result.ErrorMessage = $"There is no topic '{name}'.";
            return result;
        }

        topics.Change(topic, before =>
        {
            var outcome = change(before);
            if (outcome.Set is null)
            {
                (result.Error, result.ErrorMessage) = (outcome.Error, outcome.Message);
            }
            else if (outcome.Set.Select(one => TopicSettings.FaultOf(one.Key, one.Value)).FirstOrDefault(fault => fault is not null) is { } fault)
            {
                (result.Error, result.ErrorMessage) = (ErrorCode.InvalidConfig, fault);
            }

            return result.Error == ErrorCode.None && !validateOnly ? new TopicSettings(outcome.Set!) : before;
        });
        return result;
    }

    /// <summary>What would be set, or why nothing can be.</summary>
    internal readonly record struct Outcome(Dictionary<string, string>? Set, ErrorCode Error, string? Message)
    {
        public static Outcome Of(Dictionary<string, string> set) => new(set, ErrorCode.None, null);

        public static Outcome Refused(ErrorCode error, string message) => new(null, error, message);
    }
}
