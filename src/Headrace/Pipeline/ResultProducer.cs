using Headrace.Filters;
using Headrace.Failures;
using Headrace.Formats;

namespace Headrace.Pipeline;

/// <summary>The step that produces what a handler returned, and waits until it is acknowledged.</summary>
internal sealed class ResultProducer
{
    private const int MaxId = 200;

    private readonly MessageDelegate _next;
    private readonly string _topic;
    private readonly ProduceRecord _produce;
    private readonly ProduceSteps _steps;
    private readonly MessageEncoder<object> _encoder;

    public ResultProducer(MessageDelegate next, string topic, GroupSurroundings surroundings, MessageEncoder<object> encoder) =>
        (_next, _topic, _produce, _steps, _encoder) = (next, topic, surroundings.Produce, surroundings.ProduceSteps, encoder);

    public async ValueTask RunAsync(MessageContext context)
    {
        await _next(context);
        if (context.Result is { } result)
        {
            await (_steps.IsEmpty
                ? _produce(_encoder.Encode(result, context.Key, eventId: IdOf(context)), context.Cancellation)
                : _steps.RunAsync(new(_topic, result, context.Key, Encode, Send) { EventId = IdOf(context), Cancellation = context.Cancellation }));
        }
    }

    private OutgoingRecord Encode(ProduceContext context) => _encoder.Encode(context.Message!, context.Key, context.Headers, context.EventId);

    private ValueTask<RecordPosition> Send(OutgoingRecord record, CancellationToken cancellation) => _produce(record, cancellation);

    // Made of the incoming event's, so that a result that is produced again after a retry has the same id.
    private static string? IdOf(MessageContext context) =>
        context.Record?.Headers is { Count: > 0 } headers && headers.TryGetLast(WireHeaders.EventId, out var id) && id.Value.Length <= MaxId
            ? $"{id.Text}/{context.Group}/{context.Handler}"
            : null;
}
