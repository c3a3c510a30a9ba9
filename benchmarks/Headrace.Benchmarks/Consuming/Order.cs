namespace Headrace.Benchmarks.Consuming;

/// <summary>What is consumed: 100 B as JSON.</summary>
internal sealed record Order(string OrderId, string CustomerId, string Sku, int Quantity, double Total);
