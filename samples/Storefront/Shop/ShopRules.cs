using Storefront.Contracts;

namespace Storefront.Shop;

/// <summary>What the shop accepts. Pure functions: the customer is checked first, and the first fault is the reason.</summary>
internal static class ShopRules
{
    public const int MaxIdLength = 100;
    public const int MaxQuantity = 1_000_000;
    public const decimal MaxUnitPrice = 1_000_000m;

    public static Verdict<OrderCreated> Judge(PlaceOrder order)
    {
        if ((Customer(order.CustomerId) ?? Id("orderId", order.OrderId)) is { } noId)
        {
            return noId;
        }

        if (order.Lines is not { Count: > 0 })
        {
            return Rejection.BadRequest("lines", "no lines", "An order needs at least one line. Set 'lines'.");
        }

        var lines = new OrderLine[order.Lines.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            if (Line($"lines[{i}]", order.Lines[i]) is { } badLine)
            {
                return badLine;
            }

            var line = order.Lines[i]!;
            lines[i] = new(line.Sku!, line.Description, line.Quantity!.Value, line.UnitPrice!.Value);
        }

        if (order.PlacedAt is null)
        {
            return Rejection.Missing("placedAt");
        }

        return string.IsNullOrWhiteSpace(order.Country)
            ? Rejection.Missing("country")
            : new OrderCreated(order.OrderId!, order.CustomerId!, order.PlacedAt.Value.ToUniversalTime(), order.Country, lines);
    }

    public static Verdict<OrderCancelled> Judge(string orderId, CancelOrder cancellation, DateTimeOffset now)
    {
        if ((Customer(cancellation.CustomerId) ?? Id("orderId", orderId)) is { } noId)
        {
            return noId;
        }

        return new OrderCancelled(orderId, cancellation.CustomerId!, (cancellation.PlacedAt ?? now).ToUniversalTime());
    }

    public static Verdict<UserRegistered> Judge(RegisterUser user, DateTimeOffset now)
    {
        if (Customer(user.CustomerId) is { } noCustomer)
        {
            return noCustomer;
        }

        return new UserRegistered(user.CustomerId!, user.Name, user.Email, user.Country, now.ToUniversalTime());
    }

    private static Rejection? Customer(string? customerId) => string.IsNullOrWhiteSpace(customerId)
        ? Rejection.BadRequest("customerId", "no customer", "'customerId' is missing, null or empty. Every event belongs to a customer; set it.")
        : Id("customerId", customerId);

    private static Rejection? Id(string field, string? id) => id switch
    {
        _ when string.IsNullOrWhiteSpace(id) => Rejection.Missing(field),
        { Length: > MaxIdLength } => Rejection.BadRequest(field, $"{field} too long", $"'{field}' has {id.Length} characters. The limit is {MaxIdLength}."),
        _ => null,
    };

    private static Rejection? Line(string path, PlaceOrder.Line? line) => line switch
    {
        null => Rejection.BadRequest(path, "no line", $"'{path}' is null. Send a line, or leave it out."),
        { Sku: null or "" } => Missing(path, "sku"),
        { Quantity: null } => Missing(path, "quantity"),
        { Quantity: <= 0 or > MaxQuantity } => Rejection.BadRequest($"{path}.quantity", "quantity out of range",
            $"'{path}.quantity' is {line.Quantity}. It has to be from 1 to {MaxQuantity:N0}."),
        { UnitPrice: null } => Missing(path, "unitPrice"),
        { UnitPrice: < 0 or > MaxUnitPrice } => Rejection.BadRequest($"{path}.unitPrice", "price out of range",
            $"'{path}.unitPrice' is {line.UnitPrice}. It has to be from 0 to {MaxUnitPrice:N0}."),
        _ => null,
    };

    private static Rejection Missing(string path, string name) =>
        Rejection.BadRequest($"{path}.{name}", $"no {name}", $"'{path}.{name}' is missing, null or empty. Set it.");
}
