using System.Diagnostics;

namespace Headrace.Formats;

/// <summary>The headers of a produced record: the user's, then the message type, the event's id and the trace it belongs to (W3C Trace Context).</summary>
internal static class MessageHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <exception cref="ArgumentException">The user's headers have one of ours.</exception>
    public static RecordHeaders Of(byte[] type, RecordHeaders? own = null, string? eventId = null)
    {
        var headers = new RecordHeaders();
        if (own is not null)
        {
            WireHeaders.RefuseReserved(own);
            headers.AddRange(own);
        }

        headers.Add(WireHeaders.Type, type);
        headers.Add(WireHeaders.EventId, eventId ?? Guid.CreateVersion7().ToString());
        AddTrace(headers);
        return headers;
    }

    private static void AddTrace(RecordHeaders headers)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity || headers.TryGetLast(TraceParent, out _))
        {
            return;
        }

        headers.Add(TraceParent, id);
        if (activity.TraceStateString is { Length: > 0 } state)
        {
            headers.Add(TraceState, state);
        }
    }
}
