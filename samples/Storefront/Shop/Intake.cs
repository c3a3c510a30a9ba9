using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Headrace;
using Storefront.Contracts;
using Storefront.Status;

namespace Storefront.Shop;

/// <summary>
/// The way of every POST: read, judge, produce, and answer 202 once the broker has acknowledged. That Kafka is away is not judged here: the
/// produce ends in an exception, and Headrace answers it with a 503.
/// </summary>
internal sealed class Intake(Journal journal)
{
    /// <summary>A caller has its answer within five seconds, whatever Kafka does.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private const int MaxEventIdLength = 200;

    public async Task<IResult> AcceptAsync<TRequest, TEvent>(
        HttpContext http, JsonTypeInfo<TRequest> json, Func<TRequest, Verdict<TEvent>> judge, ITopicProducer<TEvent> producer)
        where TRequest : class
        where TEvent : class, IShopEvent
    {
        var body = await RequestBody.ReadAsync(http.Request, json, http.RequestAborted);
        var verdict = body.Event is { } request ? judge(request) : body.Rejection!;
        var eventId = http.Request.Headers["Idempotency-Key"].ToString();
        if ((verdict.Rejection ?? CheckEventId(eventId)) is { } rejection)
        {
            journal.Reject(rejection.Field, rejection.Reason);
            return rejection.ToResult();
        }

        var position = await producer.ProduceAsync(verdict.Event!, new() { EventId = eventId.Length > 0 ? eventId : null, Timeout = Patience }, http.RequestAborted);
        journal.Note("shop", EventName<TEvent>.Value, verdict.Event!.CustomerId, position.ToString());
        return Results.Accepted(value: new Accepted(position.Topic, position.Partition, position.Offset));
    }

    private static Rejection? CheckEventId(string eventId) => eventId.Length <= MaxEventIdLength
        ? null
        : Rejection.BadRequest("Idempotency-Key", "event id too long", $"'Idempotency-Key' has {eventId.Length} characters. The limit is {MaxEventIdLength}.");

    private static class EventName<TEvent>
    {
        public static readonly string Value = typeof(TEvent).GetCustomAttribute<MessageTypeAttribute>()!.Name;
    }
}
