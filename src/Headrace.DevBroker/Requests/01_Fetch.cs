using System.Buffers;
using Headrace.Broker.Log;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// Fetch: v4-17, flexible from v12.
//   5  log start offset
//   7  fetch sessions (KIP-227): answered with session id 0, upon which no client makes one
//   9  current leader epoch (KIP-320)
//  11  rack; preferred read replica in the response, -1 here
//  12  last fetched epoch
//  13  topic ids in place of names
//  15  the replica id becomes a tagged field
//  16  node endpoints, tagged, for errors a single node never has
//  17  directory id, tagged, for followers

internal sealed class FetchRequest : IWireMessage
{
    public int ReplicaId = -1;
    public int MaxWaitMs;
    public int MinBytes;
    public int MaxBytes = int.MaxValue;
    public sbyte IsolationLevel;
    public int SessionId;
    public int SessionEpoch = -1;
    public List<Topic> Topics = [];
    public List<ForgottenTopic> ForgottenTopics = [];
    public string RackId = string.Empty;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version <= 14)
        {
            wire.Int32(ref ReplicaId);
        }

        wire.Int32(ref MaxWaitMs);
        wire.Int32(ref MinBytes);
        wire.Int32(ref MaxBytes);
        wire.Int8(ref IsolationLevel);
        if (version >= 7)
        {
            wire.Int32(ref SessionId);
            wire.Int32(ref SessionEpoch);
        }

        wire.Array(ref Topics, version);
        if (version >= 7)
        {
            wire.Array(ref ForgottenTopics, version);
        }

        if (version >= 11)
        {
            wire.String(ref RackId);
        }

        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public Guid Id;
        public List<Partition> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            if (version <= 12)
            {
                wire.String(ref Name);
            }
            else
            {
                wire.Uuid(ref Id);
            }

            wire.Array(ref Partitions, version);
            wire.Tags();
        }
    }

    internal sealed class Partition : IWireMessage
    {
        public int Index;
        public int CurrentLeaderEpoch = -1;
        public long FetchOffset;
        public int LastFetchedEpoch = -1;
        public long LogStartOffset = -1;
        public int MaxBytes;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            if (version >= 9)
            {
                wire.Int32(ref CurrentLeaderEpoch);
            }

            wire.Int64(ref FetchOffset);
            if (version >= 12)
            {
                wire.Int32(ref LastFetchedEpoch);
            }

            if (version >= 5)
            {
                wire.Int64(ref LogStartOffset);
            }

            wire.Int32(ref MaxBytes);
            wire.Tags();
        }
    }

    internal sealed class ForgottenTopic : IWireMessage
    {
        public string Name = string.Empty;
        public Guid Id;
        public List<int> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            if (version <= 12)
            {
                wire.String(ref Name);
            }
            else
            {
                wire.Uuid(ref Id);
            }

            wire.Int32Array(ref Partitions);
            wire.Tags();
        }
    }
}

internal sealed class FetchResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public int SessionId;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        if (version >= 7)
        {
            wire.Error(ref Error);
            wire.Int32(ref SessionId);
        }

        wire.Array(ref Topics, version);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public Guid Id;
        public List<Partition> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            if (version <= 12)
            {
                wire.String(ref Name);
            }
            else
            {
                wire.Uuid(ref Id);
            }

            wire.Array(ref Partitions, version);
            wire.Tags();
        }
    }

    internal sealed class Partition : IWireMessage
    {
        public int Index;
        public ErrorCode Error;
        public long HighWatermark = -1;
        public long LastStableOffset = -1;
        public long LogStartOffset = -1;
        public List<AbortedTransaction>? AbortedTransactions;
        public int PreferredReadReplica = -1;
        public ReadOnlySequence<byte>? Records = ReadOnlySequence<byte>.Empty;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Int64(ref HighWatermark);
            wire.Int64(ref LastStableOffset);
            if (version >= 5)
            {
                wire.Int64(ref LogStartOffset);
            }

            wire.NullableArray(ref AbortedTransactions, version);
            if (version >= 11)
            {
                wire.Int32(ref PreferredReadReplica);
            }

            wire.Records(ref Records);
            wire.Tags();
        }
    }

    internal sealed class AbortedTransaction : IWireMessage
    {
        public long ProducerId;
        public long FirstOffset;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int64(ref ProducerId);
            wire.Int64(ref FirstOffset);
            wire.Tags();
        }
    }
}

internal sealed class FetchHandler() : RequestHandler<FetchRequest, FetchResponse>(KafkaApi.Fetch, minVersion: 4, maxVersion: 17, firstFlexible: 12)
{
    private static readonly TimeSpan SoonAfterOffsets = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(10);

    protected override ValueTask<FetchResponse?> HandleAsync(RequestContext context, FetchRequest request)
    {
        if (request.SessionId != 0 && request.SessionEpoch > 0)
        {
            return new(new FetchResponse { Error = ErrorCode.FetchSessionIdNotFound });
        }

        var plan = new FetchPlan(request, context);
        return plan.Read() is { } response ? new ValueTask<FetchResponse?>(response) : WaitAsync(plan, context, request);
    }

    // The long poll: looks again at every append to one of the partitions, until there is enough or the client's time is up.
    private static async ValueTask<FetchResponse?> WaitAsync(FetchPlan plan, RequestContext context, FetchRequest request)
    {
        var waiter = new FetchWaiter();
        plan.Add(waiter);
        try
        {
            await using var timer = context.Broker.Time.CreateTimer(
                static waiter => ((FetchWaiter)waiter!).End(), waiter, LongestWait(context, request), Timeout.InfiniteTimeSpan);
            await using var next = context.Connection.NextHasCome.UnsafeRegister(static waiter => ((FetchWaiter)waiter!).End(), waiter);
            await using var hangUp = context.Connection.Closed.UnsafeRegister(static waiter => ((FetchWaiter)waiter!).End(), waiter);
            while (true)
            {
                // Once before the first wait as well: something may have arrived before the waiter was known.
                if (plan.Read(evenIfNotEnough: waiter.IsOver) is { } response)
                {
                    return response;
                }

                await waiter.WaitAsync();
            }
        }
        finally
        {
            plan.Remove(waiter);
        }
    }

    // Who asks for offsets fetches from there as soon as it knows them, but not before its fetch of other partitions is answered, which it may have sent meanwhile.
    private static TimeSpan LongestWait(RequestContext context, FetchRequest request)
    {
        var wait = TimeSpan.FromMilliseconds(request.MaxWaitMs);
        var isSoon = context.Connection.AskedForOffsetsAt is { } asked && context.Broker.Time.GetElapsedTime(asked) < SoonAfterOffsets;
        return isSoon && wait > ShortWait ? ShortWait : wait;
    }
}
