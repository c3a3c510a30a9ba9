using Headrace;
using Storefront.Contracts;

namespace Storefront.Shop;

/// <summary>The shop's side that the public talks to.</summary>
internal static class ShopEndpoints
{
    public static void MapShop(this WebApplication app)
    {
        app.MapPost("/orders", (HttpContext http, Intake intake, ITopicProducer<OrderCreated> orders) =>
            intake.AcceptAsync(http, RequestsJson.Default.PlaceOrder, ShopRules.Judge, orders));

        app.MapPost("/orders/{orderId}/cancellation", (string orderId, HttpContext http, Intake intake, TimeProvider time, ITopicProducer<OrderCancelled> orders) =>
            intake.AcceptAsync(http, RequestsJson.Default.CancelOrder, cancellation => ShopRules.Judge(orderId, cancellation, time.GetUtcNow()), orders));

        app.MapPost("/users", (HttpContext http, Intake intake, TimeProvider time, ITopicProducer<UserRegistered> users) =>
            intake.AcceptAsync(http, RequestsJson.Default.RegisterUser, user => ShopRules.Judge(user, time.GetUtcNow()), users));
    }
}
