using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headrace;

namespace Storefront.Contracts;

/// <summary>What goes into Kafka, as the messages of shop.proto.</summary>
internal static class ContractsProtobuf
{
    public static void Convert(ProtobufOptions protobuf) => protobuf
        .Convert<OrderCreated, Wire.OrderCreated>(Write, Read)
        .Convert<OrderCancelled, Wire.OrderCancelled>(
            order => new() { OrderId = order.OrderId, CustomerId = order.CustomerId, CancelledAt = Timestamp.FromDateTimeOffset(order.CancelledAt) },
            wire => new(wire.OrderId, wire.CustomerId, wire.CancelledAt.ToDateTimeOffset()))
        .Convert<UserRegistered, Wire.UserRegistered>(Write, Read)
        .Convert<PaymentProcessed, Wire.PaymentProcessed>(
            payment => new() { OrderId = payment.OrderId, CustomerId = payment.CustomerId, Amount = Text(payment.Amount) },
            wire => new(wire.OrderId, wire.CustomerId, Number(wire.Amount)));

    private static Wire.OrderCreated Write(OrderCreated order) => new()
    {
        OrderId = order.OrderId,
        CustomerId = order.CustomerId,
        PlacedAt = Timestamp.FromDateTimeOffset(order.PlacedAt),
        Country = order.Country,
        Lines = { order.Lines.Select(Write) },
    };

    private static Wire.OrderLine Write(OrderLine line)
    {
        var wire = new Wire.OrderLine { Sku = line.Sku, Quantity = line.Quantity, UnitPrice = Text(line.UnitPrice) };
        if (line.Description is { } description)
        {
            wire.Description = description;
        }

        return wire;
    }

    private static OrderCreated Read(Wire.OrderCreated wire) =>
        new(wire.OrderId, wire.CustomerId, wire.PlacedAt.ToDateTimeOffset(), wire.Country, [.. wire.Lines.Select(Read)]);

    private static OrderLine Read(Wire.OrderLine wire) => new(wire.Sku, wire.HasDescription ? wire.Description : null, wire.Quantity, Number(wire.UnitPrice));

    private static Wire.UserRegistered Write(UserRegistered user)
    {
        var wire = new Wire.UserRegistered { CustomerId = user.CustomerId, RegisteredAt = Timestamp.FromDateTimeOffset(user.RegisteredAt) };
        if (user.Name is { } name)
        {
            wire.Name = name;
        }

        if (user.Email is { } email)
        {
            wire.Email = email;
        }

        if (user.Country is { } country)
        {
            wire.Country = country;
        }

        return wire;
    }

    private static UserRegistered Read(Wire.UserRegistered wire) => new(
        wire.CustomerId, wire.HasName ? wire.Name : null, wire.HasEmail ? wire.Email : null, wire.HasCountry ? wire.Country : null, wire.RegisteredAt.ToDateTimeOffset());

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
}
