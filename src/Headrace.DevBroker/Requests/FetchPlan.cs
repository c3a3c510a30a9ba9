using System.Buffers;
using Headrace.Broker.Log;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

/// <summary>What one Fetch asks for, resolved once and read as often as it takes.</summary>
internal sealed class FetchPlan
{
    private const sbyte ReadCommitted = 1;

    private readonly FetchRequest _request;
    private readonly bool _byId;
    private readonly List<(Guid Id, string Name, List<Target> Targets)> _topics = [];

    public FetchPlan(FetchRequest request, RequestContext context)
    {
        _request = request;
        _byId = context.Version >= 13;
        foreach (var topic in request.Topics)
        {
            var topics = context.Broker.Topics;
            var found = _byId ? topics.TryGet(topic.Id, out var known) : topics.TryGet(topic.Name, out known);
            var targets = topic.Partitions.ConvertAll(partition => new Target(partition, found ? known!.Partition(partition.Index) : null, topicIsKnown: found));
            _topics.Add((topic.Id, topic.Name, targets));
        }
    }

    /// <summary>The response, or null if it should wait for more: nothing failed, and fewer bytes are there than asked for.</summary>
    public FetchResponse? Read(bool evenIfNotEnough = false)
    {
        var response = new FetchResponse();
        long total = 0;
        var failed = false;
        foreach (var (id, name, targets) in _topics)
        {
            var answer = new FetchResponse.Topic { Id = id, Name = name, Partitions = new List<FetchResponse.Partition>(targets.Count) };
            response.Topics.Add(answer);
            foreach (var target in targets)
            {
                var partition = Read(target, ref total);
                failed |= partition.Error != ErrorCode.None;
                answer.Partitions.Add(partition);
            }
        }

        var enough = failed || evenIfNotEnough || total >= _request.MinBytes || _request.MaxWaitMs <= 0 || _topics.Count == 0;
        return enough ? response : null;
    }

    public void Add(FetchWaiter waiter)
    {
        foreach (var target in _topics.SelectMany(topic => topic.Targets))
        {
            target.Log?.Add(waiter);
        }
    }

    public void Remove(FetchWaiter waiter)
    {
        foreach (var target in _topics.SelectMany(topic => topic.Targets))
        {
            target.Log?.Remove(waiter);
        }
    }

    private FetchResponse.Partition Read(in Target target, ref long total)
    {
        var wanted = target.Wanted;
        if (target.Log is not { } log)
        {
            return Failed(wanted, _byId && !target.TopicIsKnown ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition);
        }

        if (LeaderEpoch.FaultOf(wanted.CurrentLeaderEpoch, log) is var fault and not ErrorCode.None)
        {
            return Failed(wanted, fault);
        }

        var committed = _request.IsolationLevel == ReadCommitted;

        // Limits are the client's wish; the first batch is returned whatever its size, or a large one would never get through (KIP-74).
        var read = log.Read(wanted.FetchOffset, Math.Min(wanted.MaxBytes, _request.MaxBytes - total), atLeastOne: total == 0, committed);
        if (read.Error != ErrorCode.None)
        {
            return Failed(wanted, _byId && read.Error == ErrorCode.UnknownTopicOrPartition ? ErrorCode.UnknownTopicId : read.Error, read);
        }

        total += read.Length;
        return new FetchResponse.Partition
        {
            Index = wanted.Index,
            HighWatermark = read.EndOffset,
            LastStableOffset = read.StableOffset,
            LogStartOffset = read.StartOffset,
            AbortedTransactions = read.Aborted?.Select(aborted => new FetchResponse.AbortedTransaction { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset }).ToList(),
            Records = read.Records ?? ReadOnlySequence<byte>.Empty,
        };
    }

    private static FetchResponse.Partition Failed(FetchRequest.Partition wanted, ErrorCode error, LogRead? read = null) => new()
    {
        Index = wanted.Index,
        Error = error,
        HighWatermark = read?.EndOffset ?? -1,
        LastStableOffset = read?.StableOffset ?? -1,
        LogStartOffset = read?.StartOffset ?? -1,
    };

    private readonly struct Target(FetchRequest.Partition wanted, PartitionLog? log, bool topicIsKnown)
    {
        public FetchRequest.Partition Wanted { get; } = wanted;

        public PartitionLog? Log { get; } = log;

        public bool TopicIsKnown { get; } = topicIsKnown;
    }
}
