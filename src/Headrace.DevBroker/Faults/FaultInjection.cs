using System.Buffers;
using Headrace.Broker.Records;
using Headrace.Broker.Requests;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Faults;

/// <summary>Stands between a connection and the handlers: serves a request as the rule says that hits it, the first of several.</summary>
internal sealed class FaultInjection(DevBrokerFaults faults, ILogger logger)
{
    /// <summary>Null: send nothing. Throws a <see cref="WireException"/> to close the connection.</summary>
    public ValueTask<IWireMessage?> InvokeAsync(RequestHandler handler, RequestContext context, IWireMessage request)
    {
        if (faults.IsIdle)
        {
            return handler.InvokeAsync(context, request);
        }

        var subject = RequestSubject.Of(request, context.Broker.Topics);
        return faults.TryHit(handler.Key, context, subject) is { } fault ? InjectAsync(fault, handler, context, request, subject) : handler.InvokeAsync(context, request);
    }

    private async ValueTask<IWireMessage?> InjectAsync(Fault fault, RequestHandler handler, RequestContext context, IWireMessage request, RequestSubject subject)
    {
        context.Broker.Metrics.Hit(fault.Rule.Action.ToString());
        logger.LogInformation(
            "Fault {Fault}: {Action}, for {Api} v{Version} of client {ClientId} on connection {Connection}",
            fault.Id, fault.Rule.Action, handler.Key, context.Version, context.ClientId, context.Connection.Id);
        switch (fault.Rule.Action)
        {
            case FaultAction.Delay:
                await Task.Delay(fault.Rule.Duration, context.Broker.Time, context.Connection.Closed);
                break;
            case FaultAction.Error:
                return await Refusal.OfAsync(fault, handler, context, request);
            case FaultAction.Close:
                throw Closing(fault, "before the request was handled");
            case FaultAction.NeverAnswer:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Broker.Time, context.Connection.Closed);
                break;
            case FaultAction.RestartListener:
                faults.RestartListener(fault.Rule.Duration);
                throw Closing(fault, "and the broker stops listening");
            case FaultAction.Rebalance or FaultAction.ExpireMembers or FaultAction.RaiseLeaderEpoch or FaultAction.FenceProducer:
                ActOn(subject, fault);
                break;
        }

        var response = await handler.InvokeAsync(context, request);
        switch (fault.Rule.Action)
        {
            case FaultAction.LoseReply:
                throw Closing(fault, "after the request was handled, without an answer");
            case FaultAction.Throttle:
                Throttle(fault.Rule.Duration, context.Connection, response);
                break;
            case FaultAction.Corrupt:
                Corrupt(fault, context, response as FetchResponse);
                break;
        }

        return response;
    }

    private void ActOn(RequestSubject subject, Fault fault)
    {
        foreach (var group in subject.Groups)
        {
            if (fault.Rule.Action == FaultAction.Rebalance)
            {
                faults.Rebalance(group);
            }
            else if (fault.Rule.Action == FaultAction.ExpireMembers)
            {
                faults.ExpireMembers(group, subject.MemberId);
            }
        }

        if (fault.Rule.Action == FaultAction.FenceProducer && subject.TransactionalId is { } transactionalId)
        {
            faults.FenceProducer(transactionalId);
        }

        if (fault.Rule.Action == FaultAction.RaiseLeaderEpoch)
        {
            foreach (var (topic, partition) in subject.Partitions.Where(one => fault.IsAbout(one.Topic, one.Partition)))
            {
                faults.RaiseLeaderEpoch(topic, partition == RequestSubject.WholeTopic ? null : partition);
            }
        }
    }

    private static void Throttle(TimeSpan duration, ClientConnection connection, IWireMessage? response)
    {
        connection.MutedFor = duration;
        switch (response)
        {
            case ProduceResponse produce:
                produce.ThrottleTimeMs = (int)duration.TotalMilliseconds;
                break;
            case FetchResponse fetch:
                fetch.ThrottleTimeMs = (int)duration.TotalMilliseconds;
                break;
        }
    }

    private static void Corrupt(Fault fault, RequestContext context, FetchResponse? response)
    {
        foreach (var topic in response?.Topics ?? [])
        {
            var name = RequestSubject.NameOf(new FetchRequest.Topic { Name = topic.Name, Id = topic.Id }, context.Broker.Topics);
            foreach (var partition in topic.Partitions.Where(partition => fault.IsAbout(name, partition.Index) && partition.Records is { Length: > BatchHeader.Size }))
            {
                // The log's own bytes are shared with every other reader.
                var copy = partition.Records!.Value.ToArray();
                copy[BatchHeader.Read(copy).Length - 1] ^= 0xFF;
                partition.Records = new ReadOnlySequence<byte>(copy);
            }
        }
    }

    private static WireException Closing(Fault fault, string when) => new($"Fault {fault.Id} closes it {when}.");
}
