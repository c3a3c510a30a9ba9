using Storefront.Contracts;

namespace Storefront.Groups;

/// <summary>Counts orders, revenue and customers by country over whatever topics match; retry and dead-letter topics never do.</summary>
internal static class Analytics
{
    public const string Pattern = "^(orders|users|payments).*";

    public static void Map(WebApplication app)
    {
        var events = app.MapConsumerGroup("analytics").MapTopics(Pattern);
        events.On((OrderCreated order, CountryView view) => view.Add(order));
        events.On((OrderCancelled order, CountryView view) => view.Cancel());
        events.On((UserRegistered user, CountryView view) => view.Add(user));
        events.On((PaymentProcessed payment, CountryView view) => view.Add(payment));

        app.MapGet("/analytics", (CountryView view) => view.Read());
    }
}
