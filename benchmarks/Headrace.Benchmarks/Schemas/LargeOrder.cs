namespace Headrace.Benchmarks.Schemas;

/// <summary>About 1 KB as JSON, with what events have: dates, decimals, ids, enums, lists, what may be missing.</summary>
internal sealed record LargeOrder(
    Guid Id, string Customer, DateTimeOffset PlacedAt, DateOnly? DeliverOn, OrderState State, decimal Total, string? Coupon, IReadOnlyList<LargeOrderLine> Lines, Dictionary<string, string> Tags)
{
    public static LargeOrder Sample { get; } = new(
        Guid.Parse("0198f6f0-5a7e-7c3e-8d61-0f1f6a4c2b11"), "c-000042", new(2026, 5, 4, 3, 2, 1, 123, TimeSpan.Zero), new(2026, 5, 7), OrderState.Paid, 1_234.56m, null,
        [.. Enumerable.Range(1, 8).Select(number => new LargeOrderLine($"sku-{number:0000}", $"A thing with a name of usual length {number}", number, 10.5m + number, number % 2 == 0))],
        new() { ["channel"] = "web", ["campaign"] = "spring", ["tenant"] = "acme" });
}

/// <summary>One thing that was ordered.</summary>
internal sealed record LargeOrderLine(string Sku, string Name, int Quantity, decimal Price, bool IsGift);

/// <summary>How far it is.</summary>
internal enum OrderState
{
    /// <summary>Placed.</summary>
    Placed,

    /// <summary>Paid.</summary>
    Paid,
}
