#region loyalty
using Storefront.Contracts;

namespace Storefront.Groups;

internal static class Loyalty
{
    public static void Map(WebApplication app) =>
        app.MapConsumerGroup("loyalty")
            .MapTopic(Topics.Orders)
            .Ignore("order.cancelled")
            .On((OrderCreated order, ILogger<OrderCreated> log) =>
                log.LogInformation("{Customer} earned {Points} points", order.CustomerId, (int)order.Total));
}
#endregion
