using Headrace.Failures;
using Headrace.Formats;

namespace Headrace.Pipeline;

/// <summary>The step that produces what a handler returned, and waits until it is acknowledged.</summary>
internal sealed class ResultProducer
{
    private const int MaxId = 200;

    private readonly MessageDelegate _next;
    private readonly ProduceRecord _produce;
    private readonly MessageEncoder<object> _encoder;

    public ResultProducer(MessageDelegate next, ProduceRecord produce, MessageEncoder<object> encoder) => (_next, _produce, _encoder) = (next, produce, encoder);

    public async ValueTask RunAsync(MessageContext context)
    {
        await _next(context);
        if (context.Result is { } result)
        {
            await _produce(_encoder.Encode(result, context.Key, eventId: IdOf(context)), context.Cancellation);
        }
    }

    // Made of the incoming event's, so that a result that is produced again after a retry has the same id.
    private static string? IdOf(MessageContext context) =>
        context.Record?.Headers is { Count: > 0 } headers && headers.TryGetLast(WireHeaders.EventId, out var id) && id.Value.Length <= MaxId
            ? $"{id.Text}/{context.Group}/{context.Handler}"
            : null;
}
