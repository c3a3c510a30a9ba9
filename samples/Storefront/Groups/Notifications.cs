using Storefront.Contracts;
using Storefront.Status;

namespace Storefront.Groups;

/// <summary>Tells customers what happened. Sending is left out: the journal shows what would be sent.</summary>
internal static class Notifications
{
    public static void Map(WebApplication app)
    {
        var notifications = app.MapConsumerGroup("notifications");

        var orders = notifications.MapTopic(Topics.Orders);
        orders.On((OrderCreated order, Journal journal) => journal.Note("notifications", "thank you", order.CustomerId, $"order {order.OrderId}"));
        orders.On((OrderCancelled order, Journal journal) => journal.Note("notifications", "cancelled", order.CustomerId, $"order {order.OrderId}", order));

        notifications.MapTopic(Topics.Users)
            .On((UserRegistered user, Journal journal) => journal.Note("notifications", "welcome", user.CustomerId, user.Name ?? "", user));
    }
}
