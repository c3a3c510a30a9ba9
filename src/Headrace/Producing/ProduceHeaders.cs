using System.Diagnostics;
using Headrace.Formats;

namespace Headrace.Producing;

/// <summary>The headers of a produced record: the user's, then the message type, the event's id and the trace it belongs to (W3C Trace Context).</summary>
internal static class ProduceHeaders
{
    public const string EventId = "headrace-id";
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    public static RecordHeaders Of(byte[] type, ProduceOptions? options)
    {
        var headers = new RecordHeaders();
        if (options is not null)
        {
            WireHeaders.RefuseReserved(options.Headers);
            headers.AddRange(options.Headers);
        }

        headers.Add(WireHeaders.Type, type);
        headers.Add(EventId, options?.EventId ?? Guid.CreateVersion7().ToString());
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
