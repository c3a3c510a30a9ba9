namespace Headrace.Broker.Requests;

/// <summary>Who asks.</summary>
/// <param name="Id">Unique within the broker.</param>
/// <param name="Host">The client's address, as DescribeGroups shows it.</param>
/// <param name="Closed">Fires when the client hangs up or the broker closes the connection, also while a handler waits.</param>
internal sealed record ClientConnection(string Id, string Host, CancellationToken Closed)
{
    /// <summary>How long nothing is read from it after the next answer. Set while a request is handled, taken by the connection's own loop.</summary>
    public TimeSpan MutedFor { get; set; }

    /// <summary>Fires when the connection's next request has come while this one is handled, and would wait for it.</summary>
    public CancellationToken NextHasCome { get; set; }

    /// <summary>When it last asked for offsets, by the broker's clock, in case that fetches are to be answered sooner then.</summary>
    public long? AskedForOffsetsAt { get; set; }
}
