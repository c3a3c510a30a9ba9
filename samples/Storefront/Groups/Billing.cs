using Headrace;
using Storefront.Contracts;
using Storefront.Status;

namespace Storefront.Groups;

/// <summary>Takes the money for every accepted order, in each customer's order, and says so on <c>payments</c>.</summary>
internal static class Billing
{
    /// <summary>The setting that repairs billing: with it an order that costs nothing is paid as it is. What was dead-lettered before wants a redrive.</summary>
    public const string AcceptsFreeOrders = "Billing:AcceptsFreeOrders";

    /// <summary>The setting that breaks billing: the most that the bank takes for one order. Default: no limit.</summary>
    public const string Limit = "Billing:Limit";

    public static void Map(WebApplication app)
    {
        var billing = app.MapConsumerGroup("billing")
            .WithWorkers(20, Ordering.ByKey)
            .WithRetryTopics(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5))
            .WithFailurePolicy(failures => failures.DeadLetterOn<NothingToBillException>().RetryLaterOn<BankRefusedException>());

        var orders = billing.MapTopic(Topics.Orders).Ignore("order.cancelled");
        orders.On((OrderCreated order, Journal journal, IConfiguration shop) => Bill(order, journal, shop)).ProduceTo(Topics.Payments);
    }

    /// <summary>The payment is keyed as the order, by customer. The order's offset is committed once the payment is acknowledged, never before.</summary>
    private static PaymentProcessed Bill(OrderCreated order, Journal journal, IConfiguration shop)
    {
        if (order.Total == 0 && !shop.GetValue<bool>(AcceptsFreeOrders))
        {
            journal.Note("billing", "cannot bill", order.OrderId, "total is zero", order);
            throw new NothingToBillException(order.OrderId);
        }

        if (order.Total > shop.GetValue(Limit, decimal.MaxValue))
        {
            journal.Note("billing", "was refused", order.OrderId, $"£{order.Total:N2}", order);
            throw new BankRefusedException(order.OrderId);
        }

        journal.Note("billing", "billed", order.OrderId, $"£{order.Total:N2}", order);
        return new(order.OrderId, order.CustomerId, order.Total);
    }
}
