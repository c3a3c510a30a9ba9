using System.Text;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Pipeline;

public sealed class RecordFilterTests
{
    private readonly List<string> _seen = [];

    [Fact]
    public async Task Filters_of_records_run_around_the_message_group_first_and_may_replace_its_bytes()
    {
        using var group = new GroupUnderTest(billing =>
        {
            billing.UseRaw(Around("group")).Use(async (context, next) =>
            {
                _seen.Add("message");
                await next(context);
            });
            billing.MapTopic("orders").UseRaw(Around("topic")).UseRaw((context, next) =>
            {
                context.ReplaceValue(Encoding.UTF8.GetBytes("""{"orderId":"o-2"}"""));
                context.ReplaceValue(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(context.Record.Value).Replace("o-2", "o-3", StringComparison.Ordinal)));
                return next(context);
            }).On((OrderPlaced order) => _seen.Add(order.OrderId));
        });
        var record = Records.OfText("not even JSON");
        await group.SettleAsync(record);

        Assert.Equal(["group in", "topic in", "message", "o-3", "topic out", "group out"], _seen);
        Assert.Equal("not even JSON", Encoding.UTF8.GetString(record.Value));
    }

    [Fact]
    public async Task A_filter_sees_what_the_handler_throws_and_the_dead_letter_has_the_bytes_that_came()
    {
        using var group = new GroupUnderTest(billing => billing.UseRaw(async (context, next) =>
        {
            context.ReplaceValue("""{"orderId":"o-1"}"""u8.ToArray());
            try
            {
                await next(context);
            }
            catch (InvalidOperationException error)
            {
                _seen.Add(error.Message);
                throw;
            }
        }).MapTopic("orders").On(void (OrderPlaced order) => throw new InvalidOperationException(order.OrderId)));
        Assert.Equal(3, await group.SettleAsync(Records.OfText("as it came")));

        Assert.Equal(["o-1", "o-1", "o-1"], _seen);
        var letter = Assert.Single(group.Produced);
        Assert.Equal("as it came", Encoding.UTF8.GetString(letter.Value!.Value.Span));
        Assert.Equal("OrderPlaced", letter.Headers!["headrace-handler"]);
    }

    [Fact]
    public async Task A_filter_that_throws_fails_the_record_and_one_that_does_not_go_on_settles_it()
    {
        using var group = new GroupUnderTest(billing => billing.UseRaw((context, next) => Encoding.UTF8.GetString(context.Record.Value) switch
        {
            "skip" => default,
            "broken" => throw new MessageFormatException("Not decrypted."),
            _ => next(context),
        }).MapTopic("orders").On((OrderPlaced order) => _seen.Add("handled")));
        Assert.Equal(1, await group.SettleAsync(Records.OfText("skip")));
        Assert.Empty(group.Produced);
        Assert.Equal(1, await group.SettleAsync(Records.OfText("broken")));

        Assert.Equal("Headrace.MessageFormatException", Assert.Single(group.Produced).Headers!["headrace-exception-type"]);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task A_record_that_becomes_a_tombstone_goes_to_the_handler_of_tombstones()
    {
        using var group = new GroupUnderTest(billing => billing.UseRaw((context, next) =>
        {
            context.ReplaceValue(null);
            return next(context);
        }).MapTopic("orders").OnTombstone((RecordKey key) => _seen.Add($"gone {key}")));
        await group.SettleAsync(Records.OfText("erased"));

        Assert.Equal(["gone k"], _seen);
    }

    [Fact]
    public async Task A_filter_class_is_made_once_and_its_context_ends_with_it()
    {
        using var group = new GroupUnderTest(
            billing => billing.UseRaw<Keeping>().MapTopic("orders").On((OrderPlaced order) => { }), services => services.AddSingleton<Keeping>());
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-2", 1)));

        var kept = group.Services.GetRequiredService<Keeping>().Contexts;
        Assert.Equal(2, kept.Count);
        Assert.Contains("after its filter had completed", Assert.Throws<InvalidOperationException>(() => kept[0].Record).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_is_kept_after_its_handler_says_so()
    {
        MessageContext? kept = null;
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((OrderPlaced order, MessageContext context) => { kept = context; }));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));

        foreach (var use in new Func<object?>[] { () => kept!.Message, () => kept!.Key, () => kept!.Headers, () => kept!.Position, () => kept!.Services, kept!.SettleLater })
        {
            Assert.Contains("after its handler had completed", Assert.Throws<InvalidOperationException>(use).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_throttle_holds_messages_back_for_as_long_as_its_function_says_and_never_fails_one()
    {
        var (asked, answer) = (0, new Func<TimeSpan>(() => TimeSpan.FromMilliseconds(50)));
        using var group = new GroupUnderTest(
            billing => billing.WithThrottle(_ => { asked++; return new(answer()); }, every: TimeSpan.FromTicks(1)).MapTopic("orders").On((OrderPlaced order) => _seen.Add(order.OrderId)),
            services => services.AddLogging());
        var slow = group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Empty(_seen);
        await slow;
        answer = () => throw new InvalidOperationException("the lag is not known");
        await group.SettleAsync(Records.Of(new OrderPlaced("o-2", 1)));
        answer = () => TimeSpan.Zero;
        await group.SettleAsync(Records.Of(new OrderPlaced("o-3", 1)));

        Assert.Equal(["o-1", "o-2", "o-3"], _seen);
        Assert.Equal((3, 0L), (asked, group.Counters.Failed));
    }

    private RecordFilter Around(string name) => async (context, next) =>
    {
        _seen.Add($"{name} in");
        await next(context);
        _seen.Add($"{name} out");
    };

    private sealed class Keeping : IRecordFilter
    {
        public List<RecordContext> Contexts { get; } = [];

        public ValueTask HandleAsync(RecordContext context, RecordStep next)
        {
            Contexts.Add(context);
            return next(context);
        }
    }
}
