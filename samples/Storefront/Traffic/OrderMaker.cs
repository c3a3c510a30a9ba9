using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Storefront.Shop;

namespace Storefront.Traffic;

/// <summary>Makes requests like a real shop's: a few customers order most, some orders are wrong, some cost nothing. Not for several threads.</summary>
internal sealed class OrderMaker(Random random, TimeProvider time)
{
    private const int Customers = 2_000;
    private const double Invalid = 0.02;
    private const double Free = 0.01;
    private const double Cancellations = 0.04;
    private const double Registrations = 0.03;

    private static readonly string[] Countries =
        ["United Kingdom", "United Kingdom", "United Kingdom", "United Kingdom", "Germany", "France", "Ireland", "Spain", "Netherlands", "Norway"];

    private static readonly (string Sku, string Description, decimal Price)[] Catalogue =
    [
        ("10101", "CANDLE, BEESWAX, TALL", 4.95m), ("10102", "CANDLE, BEESWAX, SHORT", 2.95m), ("10205", "TEAPOT, STONEWARE, GREEN", 18.5m),
        ("10206", "MUG, STONEWARE, GREEN", 6.25m), ("10210", "PLATE, STONEWARE, GREEN", 7.75m), ("10333", "NOTEBOOK, DOTTED", 3.8m),
        ("10334", "NOTEBOOK, LINED", 3.8m), ("10340", "PENCILS, TIN OF 12", 5.4m), ("10411", "PAPER LANTERN, ROUND", 1.65m),
        ("10412", "PAPER LANTERN, STAR", 2.1m), ("10520", "WOOL BLANKET, GREY", 42m), ("10521", "WOOL BLANKET, RUST", 42m),
        ("10610", "WOODEN TRAIN", 12.9m), ("10611", "WOODEN BLOCKS, 40", 15.75m), ("10702", "TEA TOWEL, BIRDS", 4.2m), ("10703", "TEA TOWEL, FERNS", 4.2m),
    ];

    private int _lastOrder = 100_000;

    /// <summary>The requests of one order: mostly one, sometimes with a registration before it or a cancellation after it.</summary>
    public IEnumerable<(string Path, byte[] Json)> Next()
    {
        var customer = (int)(Customers * Math.Pow(random.NextDouble(), 3));
        var customerId = $"c-{customer:0000}";
        var country = Countries[customer % Countries.Length];
        if (random.NextDouble() < Registrations)
        {
            yield return ("/users", Bytes(new RegisterUser(customerId, $"Customer {customer}", null, country), RequestsJson.Default.RegisterUser));
        }

        var order = new PlaceOrder($"{++_lastOrder}", customerId, time.GetUtcNow(), country, Lines());
        yield return ("/orders", Bytes(random.NextDouble() < Invalid ? Spoil(order) : order, RequestsJson.Default.PlaceOrder));
        if (random.NextDouble() < Cancellations)
        {
            yield return ($"/orders/{order.OrderId}/cancellation", Bytes(new CancelOrder(customerId, null), RequestsJson.Default.CancelOrder));
        }
    }

    private List<PlaceOrder.Line?> Lines()
    {
        var free = random.NextDouble() < Free;
        var lines = new List<PlaceOrder.Line?>();
        for (var count = 1 + (int)(8 * Math.Pow(random.NextDouble(), 2)); count > 0; count--)
        {
            var (sku, description, price) = Catalogue[random.Next(Catalogue.Length)];
            lines.Add(new(sku, description, 1 + (int)(24 * Math.Pow(random.NextDouble(), 3)), free ? 0 : price));
        }

        return lines;
    }

    private PlaceOrder Spoil(PlaceOrder order) => random.Next(4) switch
    {
        0 => order with { CustomerId = null },
        1 => order with { Lines = [] },
        2 => order with { Lines = [order.Lines![0]! with { Quantity = 0 }] },
        _ => order with { Lines = [order.Lines![0]! with { UnitPrice = -1 }] },
    };

    private static byte[] Bytes<T>(T request, JsonTypeInfo<T> json) => JsonSerializer.SerializeToUtf8Bytes(request, json);
}
