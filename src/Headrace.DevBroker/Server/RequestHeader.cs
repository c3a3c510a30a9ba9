using Headrace.Broker.Wire;

namespace Headrace.Broker.Server;

/// <summary>What stands in front of every request.</summary>
internal readonly record struct RequestHeader(KafkaApi Key, short Version, int CorrelationId)
{
    /// <summary>The part that has the same form in every version.</summary>
    public static RequestHeader Read(ref WireReader wire)
    {
        short key = 0, version = 0;
        var correlationId = 0;
        wire.Int16(ref key);
        wire.Int16(ref version);
        wire.Int32(ref correlationId);
        return new RequestHeader((KafkaApi)key, version, correlationId);
    }

    /// <summary>The rest; the client id stays a plain string in flexible versions too.</summary>
    public static string? ReadClientId(ref WireReader wire, bool flexible)
    {
        string? clientId = null;
        wire.NullableString(ref clientId);
        wire.Flexible = flexible;
        wire.Tags();
        return clientId;
    }
}
