using Headrace.Broker.Log;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

/// <summary>Whether a client's idea of the leader is up to date (KIP-320).</summary>
internal static class LeaderEpoch
{
    /// <summary>-1: the client does not say.</summary>
    public static ErrorCode FaultOf(int clientEpoch, PartitionLog log)
    {
        var current = log.LeaderEpoch;
        return clientEpoch < 0 || clientEpoch == current ? ErrorCode.None : clientEpoch > current ? ErrorCode.UnknownLeaderEpoch : ErrorCode.FencedLeaderEpoch;
    }
}
