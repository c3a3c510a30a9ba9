using Headrace.Benchmarks.Consuming;

namespace Headrace.Benchmarks.Schemas;

/// <summary>Messages made anew, with nothing shared: what an object itself costs, whoever reads it.</summary>
internal static class Copies
{
    public static Order Of(Order order) => order with { OrderId = Of(order.OrderId), CustomerId = Of(order.CustomerId), Sku = Of(order.Sku) };

    public static LargeOrder Of(LargeOrder order)
    {
        var tags = new Dictionary<string, string>(order.Tags.Count);
        foreach (var (name, value) in order.Tags)
        {
            tags[Of(name)] = Of(value);
        }

        var lines = new LargeOrderLine[order.Lines.Count];
        for (var index = 0; index < lines.Length; index++)
        {
            lines[index] = order.Lines[index] with { Sku = Of(order.Lines[index].Sku), Name = Of(order.Lines[index].Name) };
        }

        return order with { Customer = Of(order.Customer), Lines = lines, Tags = tags };
    }

    private static string Of(string text) => new(text.AsSpan());
}
